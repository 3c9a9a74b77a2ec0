import type { Logger } from '../../../platform/logger.ts';
import type { Redis } from '../../../platform/redis/client.ts';
import { loadExpendableScript } from '../../../platform/redis/expendable-script.ts';
import { ATTEMPT_NUMBERS, WINDOW_MS, type AttemptTable, type LimitedAction } from './attempt-numbers.ts';
import { hashedNetworkOf } from '../personal-data/hashed-network.ts';
import type { KeyedHash } from '../personal-data/keyed-hash.ts';
import { tooManyAttempts, type TooManyAttempts } from './too-many-attempts.ts';
import { VERIFICATION } from '../verification/code-kinds.ts';

/**
 * An account that gets no more mails within this window has got one in it, whose code still works: strangers who use up the mails
 * of an account do not keep its owner from a code.
 */
const MAIL_WINDOW_MS = VERIFICATION.lifetimeMs;

/** Between the increments of two counters by one attempt, at the most: the time limits of two Redis commands. */
const COUNTING_MS = 4_000;

/**
 * Rate limits (fixed window counters) of operations that can be guessed, or cost a mail. An attempt is counted before it is made, so that
 * parallel attempts gain nothing, and released when it succeeds or ends in a fault. A refused attempt is not counted. While Redis is not
 * available every attempt is rejected.
 *
 * Not the token buckets of `platform/rate-limit/`: a bucket refills, so that a window could have twice the guesses of its number; it does not
 * know which tokens an attempt took, so that a success could not release them; and it fails open. What is common is which network an
 * address belongs to (`clientNetworkOf`).
 *
 * A counter that cannot be read, or has an impossible value, is reset, like one that Redis has lost: clients cannot write there, and the
 * other counters of the attempt stay. Otherwise all clients of a network would be locked out until the key was deleted.
 */
export interface AttemptLimits {
  /**
   * @param subject the account: a hash or an id, nothing personal
   * @param clientAddress undefined if the router does not know it
   * @returns null when it is allowed
   */
  count(
    action: LimitedAction,
    subject: string,
    clientAddress: string | undefined,
  ): Promise<RefusedAttempt | null>;
  /** Uncounts an attempt that ended in a fault. */
  release(action: LimitedAction, subject: string, clientAddress: string | undefined): Promise<void>;
  /** After a success: resets the failures of this account from this network, because they were its owner's. */
  reset(action: LimitedAction, subject: string, clientAddress: string | undefined): Promise<void>;
}

export type RefusedAttempt = TooManyAttempts & {
  /** The limit is one that other clients can use up: that of the network or that of the account. */
  readonly isShared: boolean;
};

export function createAttemptLimits(
  redis: Redis,
  prefix: string,
  keyedHash: KeyedHash,
  logger: Logger,
  table: AttemptTable = ATTEMPT_NUMBERS,
): AttemptLimits {
  const scriptOf = (file: string) => loadExpendableScript(redis, new URL(file, import.meta.url), logger);
  const countAttempt = scriptOf('./lua/countAttempt-1.lua');
  const takeCounter = scriptOf('./lua/takeCounter-1.lua');
  const releaseAttempts = scriptOf('./lua/releaseAttempts-1.lua');

  /** In this order, so that an attempt that is refused does not use up limits that other clients share. */
  function countersOf(action: LimitedAction, subject: string, clientAddress: string | undefined): Counter[] {
    const of = (...parts: string[]) => `${prefix}attempts:${[action, ...parts].join(':')}`;
    const { perAccountAndNetwork, perAccount, perNetwork } = table[action];
    const network = hashedNetworkOf(keyedHash, clientAddress);
    const accountWindowMs = action === 'request-verification' ? MAIL_WINDOW_MS : WINDOW_MS;
    return [
      { key: of(subject, network), attempts: perAccountAndNetwork, windowMs: WINDOW_MS, isShared: false },
      // Without client addresses the limit of a network would be one for all clients.
      { key: of(network), attempts: clientAddress ? perNetwork : null, windowMs: WINDOW_MS, isShared: true },
      { key: of(subject), attempts: perAccount, windowMs: accountWindowMs, isShared: true },
    ];
  }

  const release = async (counters: readonly Counter[], attempts: number, leftMs: number) => {
    await Promise.all(
      counters
        .filter((counter) => counter.attempts !== null)
        .map(({ key }) => releaseAttempts([key], [attempts, leftMs])),
    );
  };

  return {
    count: async (action, subject, clientAddress) => {
      const counters = countersOf(action, subject, clientAddress);
      for (const [index, { key, attempts, windowMs, isShared }] of counters.entries()) {
        if (attempts === null) continue;
        const retryAfterMs = Number(await countAttempt([key], [attempts, windowMs]));
        if (retryAfterMs === 0) continue;
        await release(counters.slice(0, index), 1, 0);
        return { ...tooManyAttempts(retryAfterMs), isShared };
      }
      return null;
    },
    release: (action, subject, clientAddress) => release(countersOf(action, subject, clientAddress), 1, 0),
    reset: async (action, subject, clientAddress) => {
      const [own, ...shared] = countersOf(action, subject, clientAddress) as [Counter, ...Counter[]];
      const [attempts, leftMs] = (await takeCounter([own.key], [])) as [number, number];
      if (attempts > 0) await release(shared, attempts, leftMs + COUNTING_MS);
    },
  };
}

interface Counter {
  readonly key: string;
  readonly attempts: number | null;
  readonly windowMs: number;
  readonly isShared: boolean;
}

/** For load tests (`RATE_LIMITS=off`). */
export const noAttemptLimits: AttemptLimits = {
  count: async () => null,
  release: async () => undefined,
  reset: async () => undefined,
};
