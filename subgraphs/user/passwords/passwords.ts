import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { Fault } from '../../../platform/errors.ts';
import { normalisePassword } from '../accounts/account-input.ts';

/**
 * Argon2id (RFC 9106) with the library's presets: 19 MiB, two passes, one lane; of the password in NFC, so that it is the same from every
 * keyboard. Older hashes are of the password without normalisation: they are tried as well, and renewed at the next sign-in.
 */
export interface Passwords {
  /** @throws {Fault} UNAVAILABLE when too many are queued */
  hash(password: string): Promise<string>;
  /**
   * @param stored null where there is no such account: takes as long, and is `wrong`
   * @returns `outdated` for the right password whose stored hash is one of another form of it
   * @throws {Fault} UNAVAILABLE when too many are queued
   */
  verify(stored: string | null, password: string): Promise<PasswordCheck>;
}

export type PasswordCheck = 'right' | 'outdated' | 'wrong';

/** Load shedding: each hash takes some 20 ms of a core and 19 MiB; a request should not wait behind more than this. */
const MAX_CONCURRENT = 256;

export async function createPasswords(maxConcurrent = MAX_CONCURRENT): Promise<Passwords> {
  const decoy = await hash(randomBytes(32).toString('base64url'));
  let inFlight = 0;

  async function bounded<Result>(work: () => Promise<Result>): Promise<Result> {
    if (inFlight >= maxConcurrent) throw new Fault('UNAVAILABLE');
    inFlight++;
    try {
      return await work();
    } finally {
      inFlight--;
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
