import type { Redis } from '../../platform/redis/client.ts';
import { loadScript } from '../../platform/redis/script.ts';
import { tooManyAttempts, type TooManyAttempts } from './refusals.ts';

/** How often what can be guessed, or costs somebody a mail, may be tried for one account. Windows in milliseconds. */
const LIMITS = {
  'request-verification': { attempts: 5, windowMs: 15 * 60_000 },
  'sign-up': { attempts: 10, windowMs: 15 * 60_000 },
  'sign-in': { attempts: 10, windowMs: 15 * 60_000 },
  'change-password': { attempts: 10, windowMs: 15 * 60_000 },
} as const;

type LimitedAction = keyof typeof LIMITS;

/** Counted before the attempt is made, so that many at once gain nothing. Without Redis nothing is allowed. */
export interface AttemptLimits {
  /** @param subject whose attempt: a hash or an id, nothing personal. @returns null when it is allowed */
  count(action: LimitedAction, subject: string): Promise<TooManyAttempts | null>;
  /** The attempt succeeded: those before it were no attack. */
  forget(action: LimitedAction, subject: string): Promise<void>;
}

export function createAttemptLimits(redis: Redis, prefix: string): AttemptLimits {
  const countAttempt = loadScript(redis, new URL('./lua/countAttempt-1.lua', import.meta.url));
  const keyOf = (action: LimitedAction, subject: string) => `${prefix}attempts:${action}:${subject}`;

  return {
    count: async (action, subject) => {
      const { attempts, windowMs } = LIMITS[action];
      const retryAfterMs = Number(await countAttempt([keyOf(action, subject)], [attempts, windowMs]));
      return retryAfterMs > 0 ? tooManyAttempts(retryAfterMs) : null;
    },
    forget: async (action, subject) => {
      await redis.del(keyOf(action, subject));
    },
  };
}

/** For load tests (`RATE_LIMITS=off`). */
export const noAttemptLimits: AttemptLimits = {
  count: async () => null,
  forget: async () => undefined,
};
