import { randomBytes, randomInt } from 'node:crypto';
import { inAscii } from '../../../platform/text/typed-signs.ts';

/** The purpose of a mailed code, and how hard it is to guess. */
export interface CodeKind {
  /** Part of the key in Redis. */
  readonly name: string;
  /** How long a code works, in milliseconds. */
  readonly lifetimeMs: number;
  /** How many wrong codes of the network that requested a code end it, and how many of all others end it for those. */
  readonly mostWrong: number;
  make(): string;
  /** @returns what was typed, as it was made */
  normalise(typed: string): string;
}

/** In UTF-16 units; the rest is ignored. */
const LONGEST_TYPED = 100;

/** People type a code in groups, and mail programs and keyboards have their own digits and dashes. */
function withoutGaps(typed: string): string {
  return inAscii(typed.slice(0, LONGEST_TYPED)).replace(/[ .-]/g, '');
}

/** Six digits, which can only open an account for an address that has none. */
export const VERIFICATION: CodeKind = {
  name: 'verification',
  lifetimeMs: 5 * 60_000,
  mostWrong: 5,
  make: () => String(randomInt(1_000_000)).padStart(6, '0'),
  normalise: withoutGaps,
};

/** Crockford's base 32: without letters that look like others. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 12;

/**
 * 60 random bits, because these open an existing account. That many cannot be guessed, so a code tolerates many wrong ones: strangers
 * would have to guess from a hundred networks to invalidate it for its owner.
 */
export const PASSWORD_RESET: CodeKind = {
  name: 'verification:reset',
  lifetimeMs: 15 * 60_000,
  mostWrong: 1_000,
  make: () =>
    [...randomBytes(LENGTH)]
      .map((byte) => ALPHABET[byte % ALPHABET.length])
      .join('')
      .replace(/(.{4})(?=.)/g, '$1-'),
  normalise: (typed) => {
    const letters = withoutGaps(typed).toUpperCase().replace(/O/g, '0').replace(/[IL]/g, '1');
    return letters.replace(/(.{4})(?=.)/g, '$1-');
  },
};
