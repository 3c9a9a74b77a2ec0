import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { Fault } from '../../../platform/errors.ts';
import { normalisePassword } from '../accounts/account-input.ts';

/**
 * Argon2id (RFC 9106) with the library's presets: 19 MiB, two passes, one lane; of the password in NFC, so that it is the same from every
 * keyboard. Hashes of before were made of what was typed: they are tried as well, and renewed at the next sign-in.
 */
export interface Passwords {
  /** @throws {Fault} UNAVAILABLE when too many wait already */
  hash(password: string): Promise<string>;
  /**
   * @param stored null where there is no such account: takes as long, and is `wrong`
   * @returns `outdated` for the right password whose stored hash is one of another form of it
   * @throws {Fault} UNAVAILABLE when too many wait already
   */
  verify(stored: string | null, password: string): Promise<PasswordCheck>;
}

export type PasswordCheck = 'right' | 'outdated' | 'wrong';

/** Each takes some 20 ms of a core and 19 MiB while it runs; a request should not wait behind more than this. */
const MOST_AT_ONCE = 256;

export async function createPasswords(mostAtOnce = MOST_AT_ONCE): Promise<Passwords> {
  const decoy = await hash(randomBytes(32).toString('base64url'));
  let underWay = 0;

  async function bounded<Result>(work: () => Promise<Result>): Promise<Result> {
    if (underWay >= mostAtOnce) throw new Fault('UNAVAILABLE');
    underWay++;
    try {
      return await work();
    } finally {
      underWay--;
    }
  }

  return {
    hash: (password) => bounded(() => hash(normalisePassword(password))),
    verify: (stored, password) =>
      bounded(async () => {
        const [normalised, ...others] = formsOf(password);
        if (await verify(stored ?? decoy, normalised)) return stored === null ? 'wrong' : 'right';
        for (const other of others)
          if (await verify(stored ?? decoy, other)) return stored === null ? 'wrong' : 'outdated';
        return 'wrong';
      }),
  };
}

/** The normalised form, and those that earlier hashes may have been made of. Of ASCII there is one, so that it costs one hash. */
function formsOf(password: string): [string, ...string[]] {
  const normalised = normalisePassword(password);
  const others = new Set([password, password.normalize('NFD')]);
  others.delete(normalised);
  return [normalised, ...others];
}
