import { randomInt } from 'node:crypto';
import type { Redis } from '../../platform/redis/client.ts';
import { loadScript } from '../../platform/redis/script.ts';
import type { KeyedHash } from './keyed-hash.ts';

/** Six digits that prove a mailbox: kept hashed in Redis for five minutes, good once. */
export interface VerificationCodes {
  /** A new code takes the place of an earlier one. */
  issue(emailHash: Buffer): Promise<{ readonly code: string; readonly expiresAt: Date }>;
  /** Uses the code up. @returns false for a code that is wrong, used or expired; five wrong ones end the right one */
  present(emailHash: Buffer, code: string): Promise<boolean>;
}

const LIFETIME_MS = 5 * 60_000;
/** Part of what a code is worth, so it holds with the rate limits off as well. */
const WRONG_CODES = 5;

export function createVerificationCodes(
  redis: Redis,
  prefix: string,
  keyedHash: KeyedHash,
): VerificationCodes {
  const keepCode = loadScript(redis, new URL('./lua/keepCode-1.lua', import.meta.url));
  const presentCode = loadScript(redis, new URL('./lua/presentCode-1.lua', import.meta.url));
  const keyOf = (emailHash: Buffer) => `${prefix}verification:${emailHash.toString('base64url')}`;
  const hashOf = (emailHash: Buffer, code: string) =>
    keyedHash.ofVerificationCode(emailHash, code).toString('base64url');

  return {
    issue: async (emailHash) => {
      const code = String(randomInt(1_000_000)).padStart(6, '0');
      const expiresAt = new Date(Date.now() + LIFETIME_MS);
      await keepCode([keyOf(emailHash)], [hashOf(emailHash, code), LIFETIME_MS]);
      return { code, expiresAt };
    },
    present: async (emailHash, code) =>
      (await presentCode([keyOf(emailHash)], [hashOf(emailHash, code.trim()), WRONG_CODES])) === 1,
  };
}
