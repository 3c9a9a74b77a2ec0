import type { Pool, RowDataPacket } from 'mysql2/promise';
import { gauge } from '../../platform/observability/metrics.ts';

export const refundsDue = gauge('refunds_due', 'Payments whose refund is due; at most 10,000 are counted.');

export const pendingPayments = gauge(
  'payments_pending',
  'Payments whose outcome is not known; at most 10,000 are counted.',
);

export const unappliedMovements = gauge(
  'stock_movements_unapplied',
  'Restocks and returned units that are not in the numbers of Redis yet; at most 10,000 are counted.',
);

export const oldestOpen = gauge(
  'oldest_open_seconds',
  'Age of the oldest row of its kind that is not finished: a pending payment, a stock movement that is not applied. 0: there is none.',
  ['kind'],
);

/** Of more rows than this, this many are counted: a backlog must not make the count expensive. */
const MOST_COUNTED = 10_000;

interface OpenRows {
  readonly rows: number;
  /** 0 without any. */
  readonly oldestSeconds: number;
}

/**
 * Sets the gauges of work that is written in MySQL and not finished. Every process sets the same numbers, all by MySQL's clock and by
 * indexes alone.
 *
 * @throws what the driver throws; the gauges keep their values then
 */
export async function measureOutboxes(pool: Pool): Promise<void> {
  const pending = await openRows(pool, 'attempted_at', `payment WHERE status = 'PENDING'`);
  const refunds = await openRows(pool, 'due_at', `payment WHERE status = 'REFUND_DUE'`);
  const movements = await openRows(
    pool,
    'created_at',
    'stock_movement WHERE applied_at IS NULL ORDER BY created_at',
  );
  pendingPayments.set(pending.rows);
  oldestOpen.labels('payment').set(pending.oldestSeconds);
  refundsDue.set(refunds.rows);
  unappliedMovements.set(movements.rows);
  oldestOpen.labels('movement').set(movements.oldestSeconds);
}

/** @param column of the table, whose oldest value is measured @param rows the table and the condition */
async function openRows(pool: Pool, column: string, rows: string): Promise<OpenRows> {
  const [[found]] = await pool.query<(RowDataPacket & { n: number; age: string | null })[]>(
    `SELECT COUNT(*) AS n, TIMESTAMPDIFF(MICROSECOND, MIN(at), UTC_TIMESTAMP(3)) AS age
     FROM (SELECT ${column} AS at FROM ${rows} LIMIT ${MOST_COUNTED}) AS open_rows`,
  );
  return { rows: found!.n, oldestSeconds: Math.max(0, Number(found!.age ?? 0) / 1_000_000) };
}
