import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool, PoolConnection } from 'mysql2/promise';
import { isRetryableLockError } from './errors.ts';

const ATTEMPTS = 3;
/** A transaction that took longer has waited for a lock until the timeout: that is no race, and its caller has waited long enough. Milliseconds. */
const RETRIED_WITHIN_MS = 2_000;

/**
 * Runs `work` in one transaction, and again as a whole, at most three times, when it lost a race for a lock: after a
 * lock wait timeout the server keeps what ran before it, so nothing less than ROLLBACK will do.
 *
 * @throws what `work` threw; then nothing of it has happened. A connection that is lost in COMMIT leaves that open.
 */
export function inTransaction<Result>(
  pool: Pool,
  work: (connection: PoolConnection) => Promise<Result>,
): Promise<Result> {
  return retryOnLockError(() => once(pool, work));
}

/**
 * Runs `work`, a whole transaction, again while it loses races for locks, at most three times, and not after a wait for a lock that took
 * seconds, so that a caller waits for one of those at most.
 *
 * @throws what the last one threw
 */
export async function retryOnLockError<Result>(work: () => Promise<Result>): Promise<Result> {
  const begun = performance.now();
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const isLate = performance.now() - begun > RETRIED_WITHIN_MS;
      if (attempt === ATTEMPTS || isLate || !isRetryableLockError(error)) throw error;
      await sleep(jitter(attempt));
    }
  }
}

/** Milliseconds: 5 to 15 at first, growing; spread so that those who met do not meet again. */
export const jitter = (attempt: number): number => (5 + Math.random() * 10) * 2 ** (attempt - 1);

async function once<Result>(
  pool: Pool,
  work: (connection: PoolConnection) => Promise<Result>,
): Promise<Result> {
  const connection = await pool.getConnection();
  try {
    await connection.query('START TRANSACTION');
    const result = await work(connection);
    await connection.query('COMMIT');
    connection.release();
    return result;
  } catch (error) {
    await rollBack(connection);
    throw error;
  }
}

/** START TRANSACTION on a connection with an open transaction commits it: so it goes back clean or not at all. */
async function rollBack(connection: PoolConnection): Promise<void> {
  try {
    await connection.query('ROLLBACK');
    connection.release();
  } catch {
    connection.destroy();
  }
}
