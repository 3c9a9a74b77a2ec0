import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from './client.ts';
import { loadScript } from './script.ts';

/**
 * A lock on one Redis: SET NX PX with an owner's token, given back and extended only by its owner
 * (https://redis.io/docs/latest/develop/clients/patterns/distributed-locks/). It saves work that would be done twice;
 * it cannot make anything safe, since its owner may freeze past its end. What must be safe is fenced where it
 * is written: in MySQL, by the epoch of the stock row.
 */
export interface LockClient {
  /** Waits at most `waitMs` for the lock; null when another owner still holds it then. */
  acquire(key: string, options: LockOptions): Promise<Lock | null>;
  /** Runs `work` under the lock; `onBusy` is returned when it could not be had. */
  using<Result, Otherwise>(
    key: string,
    options: LockOptions,
    work: (lock: Lock) => Promise<Result>,
    onBusy: Otherwise,
  ): Promise<Result | Otherwise>;
}

export interface LockOptions {
  /** How long the lock lives unless it is extended, in milliseconds. The same for all who use the key: one with more time left is taken for none. */
  readonly ttlMs: number;
  /** How long to wait for it, in milliseconds; 0: one try. */
  readonly waitMs: number;
  /** How often it is tried, at the most; as often as there is time, by default. */
  readonly attempts?: number;
  /** The pause after the first try, in milliseconds; it grows by half with each, to eight times that. */
  readonly intervalMs?: number;
}

export interface Lock {
  readonly key: string;
  /** A secret of the owner. A script that must run only under this lock compares it. */
  readonly token: string;
  /** @returns false when the lock had been lost */
  extend(ttlMs: number): Promise<boolean>;
  /** @returns false when the lock had been lost */
  release(): Promise<boolean>;
}

const INTERVAL_MS = 20;
/** Of the end of a lock, for clocks and rounding, in milliseconds. */
const SLACK_MS = 1_000;

export function createLockClient(redis: Redis): LockClient {
  const releaseLock = loadScript(redis, new URL('./lua/releaseLock-1.lua', import.meta.url));
  const extendLock = loadScript(redis, new URL('./lua/extendLock-1.lua', import.meta.url));
  const dropFalseLock = loadScript(redis, new URL('./lua/dropFalseLock-1.lua', import.meta.url));

  async function acquire(key: string, options: LockOptions): Promise<Lock | null> {
    const { ttlMs, waitMs, attempts = Number.POSITIVE_INFINITY, intervalMs = INTERVAL_MS } = options;
    const token = randomUUID();
    const deadline = Date.now() + waitMs;
    for (let attempt = 1; (await redis.set(key, token, 'PX', ttlMs, 'NX')) !== 'OK'; attempt++) {
      const pause = intervalMs * Math.min(8, 1.5 ** (attempt - 1)) * (0.5 + Math.random());
      if (attempt >= attempts || Date.now() + pause > deadline) {
        // A key that no owner would release in time. An account of an older release may not have the right to check.
        await dropFalseLock([key], [ttlMs + SLACK_MS]).catch(() => undefined);
        return null;
      }
      await sleep(pause);
    }
    return {
      key,
      token,
      extend: async (ms) => (await extendLock([key], [token, ms])) === 1,
      release: async () => (await releaseLock([key], [token])) === 1,
    };
  }

  return {
    acquire,
    using: async (key, options, work, onBusy) => {
      const lock = await acquire(key, options);
      if (!lock) return onBusy;
      try {
        return await work(lock);
      } finally {
        // If Redis does not respond now, the lock expires.
        await lock.release().catch(() => false);
      }
    },
  };
}
