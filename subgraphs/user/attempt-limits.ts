import { clientNetworkOf } from '../../platform/rate-limit/client-network.ts';
import type { Redis } from '../../platform/redis/client.ts';
import { loadScript } from '../../platform/redis/script.ts';
import type { KeyedHash } from './keyed-hash.ts';
import { tooManyAttempts, type TooManyAttempts } from './refusals.ts';

/**
 * How often what can be guessed, or costs somebody a mail, may be tried within a quarter of an hour. The tight limit is for one
 * account from one network: were it for the account alone, a rival could lock its owner out before a sale. The one for an
 * account from everywhere is for guesses that come from many networks; the one for a network is for many accounts, and a whole
 * office may sit behind it.
 */
const LIMITS = {
  'request-verification': { perAccountAndNetwork: 5, perAccount: 20, perNetwork: 50 },
  'sign-up': { perAccountAndNetwork: 10, perAccount: 100, perNetwork: 50 },
  'sign-in': { perAccountAndNetwork: 10, perAccount: 100, perNetwork: 100 },
  'change-password': { perAccountAndNetwork: 10, perAccount: 100, perNetwork: 100 },
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
  forget(action: LimitedAction, subject: string, clientAddress: string | undefined): Promise<void>;
}

/** Behind another router nobody says where clients are: then all are in one network, and an account has the tight limit alone. */
const UNKNOWN = 'unknown';

export function createAttemptLimits(redis: Redis, prefix: string, keyedHash: KeyedHash): AttemptLimits {
  const countAttempt = loadScript(redis, new URL('./lua/countAttempt-1.lua', import.meta.url));

  function keysOf(action: LimitedAction, subject: string, clientAddress: string | undefined) {
    const of = (...parts: string[]) => `${prefix}attempts:${[action, ...parts].join(':')}`;
    const network = clientAddress
      ? keyedHash.ofClientAddress(clientNetworkOf(clientAddress)).toString('base64url')
      : UNKNOWN;
    return { network: of(network), accountAndNetwork: of(subject, network), account: of(subject) };
  }

  return {
    count: async (action, subject, clientAddress) => {
      const { perAccountAndNetwork, perAccount, perNetwork } = LIMITS[action];
      const keys = keysOf(action, subject, clientAddress);
      // In this order, so that attempts that are refused do not use up those of other people.
      const counters: [key: string, attempts: number][] = [
        ...(clientAddress ? [[keys.network, perNetwork] satisfies [string, number]] : []),
        [keys.accountAndNetwork, perAccountAndNetwork],
        [keys.account, perAccount],
      ];
      for (const [key, attempts] of counters) {
        const retryAfterMs = Number(await countAttempt([key], [attempts, WINDOW_MS]));
        if (retryAfterMs > 0) return tooManyAttempts(retryAfterMs);
      }
      return null;
    },
    forget: async (action, subject, clientAddress) => {
      const { accountAndNetwork, account } = keysOf(action, subject, clientAddress);
      await Promise.all([redis.del(accountAndNetwork), redis.del(account)]);
    },
  };
}

/** For load tests (`RATE_LIMITS=off`). */
export const noAttemptLimits: AttemptLimits = {
  count: async () => null,
  forget: async () => undefined,
};
