import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { Fault } from '../../platform/errors.ts';

/** Argon2id (RFC 9106) with the library's presets: 19 MiB, two passes, one lane. */
export interface Passwords {
  /** @throws {Fault} UNAVAILABLE when too many wait already */
  hash(password: string): Promise<string>;
  /**
   * @param stored null where there is no such account: takes as long, and is false
   * @throws {Fault} UNAVAILABLE when too many wait already
   */
  verify(stored: string | null, password: string): Promise<boolean>;
}

/** Each takes some 20 ms of a core and 19 MiB while it runs; nobody should wait behind more than this. */
const MOST_AT_ONCE = 256;

export async function createPasswords(mostAtOnce = MOST_AT_ONCE): Promise<Passwords> {
  const nobodys = await hash(randomBytes(32).toString('base64url'));
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
    hash: (password) => bounded(() => hash(password)),
    verify: async (stored, password) =>
      (await bounded(() => verify(stored ?? nobodys, password))) && stored !== null,
  };
}
