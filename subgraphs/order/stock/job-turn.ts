import { Cluster } from 'ioredis';
import type { Lock } from '../../../platform/redis/lock.ts';
import { AutoExtendingLock } from './auto-extending-lock.ts';
import type { StockStore } from './stock-store.ts';

/** If the process that has the turn dies or freezes, another one takes over after this time. Milliseconds. */
const TURN_MS = 5_000;

export interface Turn {
  /** Once false, another process may have the turn: to continue would be safe, but double work. */
  readonly isHeld: boolean;
}

/**
 * Runs a round of a job in one process at a time; where another one has the turn, nothing is run. The turn saves work and makes
 * nothing safe. So in a cluster, where the server that keeps it may be down while those that keep the products are not, the round
 * is run without one.
 */
export async function inTurn(
  { redis, locks, keys, grace }: StockStore,
  job: string,
  round: (turn: Turn) => Promise<void>,
): Promise<void> {
  let lock: Lock | null;
  try {
    lock = await locks.acquire(keys.job(job), { ttlMs: TURN_MS, waitMs: 0 });
  } catch (error) {
    if (!(redis instanceof Cluster)) {
      grace.begin();
      throw error;
    }
    return round({ isHeld: true });
  }
  if (!lock) return;
  const kept = new AutoExtendingLock(lock, TURN_MS);
  try {
    await round(kept);
  } finally {
    kept.stop();
    // If Redis does not answer now, the lock ends by itself.
    await lock.release().catch(() => false);
  }
}
