import type { Redis } from '../../platform/redis/client.ts';
import { loadScript } from '../../platform/redis/script.ts';
import type { KeyedHash } from './keyed-hash.ts';
import { tooManyAttempts, type TooManyAttempts } from './refusals.ts';

/**
 * How often what can be guessed, or costs somebody a mail, may be tried within a quarter of an hour: for one account, and
 * from one address, behind which a whole office may sit.
 */
const LIMITS = {
  'request-verification': { perAccount: 5, perAddress: 50 },
  'sign-up': { perAccount: 10, perAddress: 50 },
  'sign-in': { perAccount: 10, perAddress: 100 },
  'change-password': { perAccount: 10, perAddress: 100 },
} as const;

const WINDOW_MS = 15 * 60_000;

type LimitedAction = keyof typeof LIMITS;

/** Counted before the attempt is made, so that many at once gain nothing. Without Redis nothing is allowed. */
export interface AttemptLimits {
  /**
   * @param subject whose attempt: a hash or an id, nothing personal
   * @param clientAddress from where, as far as the router knows
   * @returns null when it is allowed
   */
  count(
    action: LimitedAction,
    subject: string,
    clientAddress: string | undefined,
  ): Promise<TooManyAttempts | null>;
  /** The attempt succeeded: those before it, for this account, were no attack. */
  forget(action: LimitedAction, subject: string): Promise<void>;
}

export function createAttemptLimits(redis: Redis, prefix: string, keyedHash: KeyedHash): AttemptLimits {
  const countAttempt = loadScript(redis, new URL('./lua/countAttempt-1.lua', import.meta.url));
  const keyOf = (action: LimitedAction, subject: string) => `${prefix}attempts:${action}:${subject}`;

  return {
    count: async (action, subject, clientAddress) => {
      const { perAccount, perAddress } = LIMITS[action];
      // The address first: one that is out of attempts must not use up those of other people's accounts.
      const counters: [key: string, attempts: number][] = [[keyOf(action, subject), perAccount]];
      if (clientAddress) {
        const network = keyedHash.ofClientAddress(networkOf(clientAddress)).toString('base64url');
        counters.unshift([keyOf(action, network), perAddress]);
      }
      for (const [key, attempts] of counters) {
        const retryAfterMs = Number(await countAttempt([key], [attempts, WINDOW_MS]));
        if (retryAfterMs > 0) return tooManyAttempts(retryAfterMs);
      }
      return null;
    },
    forget: async (action, subject) => {
      await redis.del(keyOf(action, subject));
    },
  };
}

/** An IPv6 client has 2^64 addresses of its own: its network counts. */
function networkOf(address: string): string {
  if (!address.includes(':') || address.startsWith('::ffff:')) return address;
  const [head = '', tail] = address.split('::');
  const left = head.split(':').filter(Boolean);
  const right = tail?.split(':').filter(Boolean) ?? [];
  const zeros = tail === undefined ? [] : Array<string>(8 - left.length - right.length).fill('0');
  return [...left, ...zeros, ...right].slice(0, 4).join(':');
}

/** For load tests (`RATE_LIMITS=off`). */
export const noAttemptLimits: AttemptLimits = {
  count: async () => null,
  forget: async () => undefined,
};
