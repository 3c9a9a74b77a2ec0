import type { Pool, PoolConnection, RowDataPacket } from 'mysql2/promise';
import type { Logger } from '../../../platform/logger.ts';
import { inTransaction } from '../../../platform/mysql/transaction.ts';
import { forgottenTombstones } from './metrics.ts';
import { ABANDONED } from './order.ts';

/**
 * Small, so that a purchase under one of the keys never waits for long. By the primary key in any case: in a small table the servers would
 * scan every row, and so wait for each other.
 */
const PER_TRANSACTION = 200;
const TRANSACTIONS_PER_ROUND = 50;

/**
 * Deletes tombstones whose retention time is over. Until then the key stays used up; afterwards it can be used like any other. No attempt
 * from before the tombstone can be written by then: the reserve script refuses it after its deadline, the writer after
 * `WRITING_TIME_MS`, and a session in which a transaction is open is ended by the server within seconds of silence.
 *
 * Any number of processes may do this at once: each takes rows that no other one has locked.
 */
export class ExpiredTombstones {
  readonly #pool: Pool;
  readonly #retentionMs: number;
  readonly #logger: Logger;

  /** @param retentionMs for tombstones that an older release wrote, which say nothing of their end; in milliseconds */
  constructor(pool: Pool, retentionMs: number, logger: Logger) {
    this.#pool = pool;
    this.#retentionMs = retentionMs;
    this.#logger = logger;
  }

  /** One round, of bounded length. */
  async run(): Promise<void> {
    await this.#inBatches('due_at IS NULL', (connection, ids) =>
      connection.query(
        'UPDATE orders FORCE INDEX (PRIMARY) SET due_at = UTC_TIMESTAMP(3) + INTERVAL ? MICROSECOND WHERE id IN (?)',
        [this.#retentionMs * 1_000, ids],
      ),
    );
    const forgotten = await this.#inBatches('due_at <= UTC_TIMESTAMP(3)', (connection, ids) =>
      connection.query('DELETE o FROM orders o FORCE INDEX (PRIMARY) WHERE o.id IN (?)', [ids]),
    );
    if (forgotten === 0) return;
    forgottenTombstones.inc(forgotten);
    this.#logger.info({ tombstones: forgotten }, 'tombstones forgotten');
  }

  /** @returns how many tombstones the work was done to */
  async #inBatches(
    condition: string,
    work: (connection: PoolConnection, ids: readonly Buffer[]) => Promise<unknown>,
  ): Promise<number> {
    // Most rounds find nothing: a plain SELECT shows that, without a transaction.
    const [due] = await this.#pool.query<RowDataPacket[]>(
      `SELECT 1 FROM orders WHERE status = ? AND ${condition} LIMIT 1`,
      [ABANDONED],
    );
    if (due.length === 0) return 0;
    let done = 0;
    for (let batch = 1; batch <= TRANSACTIONS_PER_ROUND; batch++) {
      const found = await inTransaction(this.#pool, async (connection) => {
        const [rows] = await connection.query<(RowDataPacket & { id: Buffer })[]>(
          `SELECT id FROM orders WHERE status = ? AND ${condition} ORDER BY due_at LIMIT ? FOR UPDATE SKIP LOCKED`,
          [ABANDONED, PER_TRANSACTION],
        );
        const ids = rows.map(({ id }) => id);
        if (ids.length > 0) await work(connection, ids);
        return ids.length;
      });
      done += found;
      if (found < PER_TRANSACTION) break;
    }
    return done;
  }
}
