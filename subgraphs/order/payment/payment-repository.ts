import type { Pool, PoolConnection, RowDataPacket } from 'mysql2/promise';
import { inTransaction } from '../../../platform/mysql/transaction.ts';
import { bytesToUuid, uuidToBytes } from '../../../platform/uuid.ts';

/**
 * An attempt to pay. PENDING: the provider has not decided. DECLINED: `due_at` is when the provider's state is read once more, null
 * afterwards. REFUND_DUE: the provider charged, and the order does not hold; the row is the outbox from which the refund is made.
 */
export interface PaymentRecord {
  readonly id: string;
  readonly orderId: string;
  readonly status: PaymentState;
  readonly amount: number;
  readonly currency: string;
  /** By MySQL's clock. */
  readonly attemptedAt: Date;
}

export interface ClaimedPayment extends PaymentRecord {
  /** How long ago it was attempted, in milliseconds, all by MySQL's clock. */
  readonly ageMs: number;
}

export type PaymentState = 'PENDING' | 'SUCCEEDED' | 'DECLINED' | 'REFUND_DUE' | 'REFUNDED';

interface PaymentRow extends RowDataPacket {
  id: Buffer;
  order_id: Buffer;
  status: PaymentState;
  amount: number;
  currency: string;
  attempted_at: Date;
}

const COLUMNS = 'id, order_id, status, amount, currency, attempted_at';

type Reader = Pool | PoolConnection;

/** @param lookUpInMs when the provider's state is looked up, should it not have answered by then, in milliseconds */
export async function insertPayment(
  connection: PoolConnection,
  payment: PaymentRecord,
  lookUpInMs: number,
): Promise<void> {
  await connection.query(
    `INSERT INTO payment (${COLUMNS}, due_at)
     VALUES (?, ?, ?, ?, ?, ?, UTC_TIMESTAMP(3) + INTERVAL ? MICROSECOND)`,
    [
      uuidToBytes(payment.id),
      uuidToBytes(payment.orderId),
      payment.status,
      payment.amount,
      payment.currency,
      payment.attemptedAt,
      lookUpInMs * 1_000,
    ],
  );
}

/** @returns the number of attempts to pay for an order, and MySQL's clock. While the order is locked, no attempt is added */
export async function readAttempts(
  connection: PoolConnection,
  orderId: string,
): Promise<{ attempts: number; now: Date }> {
  const [[row]] = await connection.query<(RowDataPacket & { attempts: number; now: Date })[]>(
    'SELECT COUNT(*) AS attempts, UTC_TIMESTAMP(3) AS now FROM payment WHERE order_id = ?',
    [uuidToBytes(orderId)],
  );
  return row!;
}

export async function findPayment(reader: Reader, paymentId: string): Promise<PaymentRecord | null> {
  const [[row]] = await reader.query<PaymentRow[]>(`SELECT ${COLUMNS} FROM payment WHERE id = ?`, [
    uuidToBytes(paymentId),
  ]);
  return row ? toRecord(row) : null;
}

/** The order's row is always locked before its payments: then no other transaction changes them. */
export async function changePayment(
  connection: PoolConnection,
  paymentId: string,
  change: {
    readonly from: PaymentState;
    readonly to: PaymentState;
    readonly reference?: string | undefined;
    /** When it is due again, in milliseconds; a refund at once, anything else never. */
    readonly dueInMs?: number;
  },
): Promise<void> {
  const dueInMs = change.to === 'REFUND_DUE' ? 0 : change.dueInMs;
  const due = dueInMs === undefined ? 'NULL' : 'UTC_TIMESTAMP(3) + INTERVAL ? MICROSECOND';
  await connection.query(
    `UPDATE payment SET status = ?, due_at = ${due}, provider_reference = COALESCE(?, provider_reference)
     WHERE id = ? AND status = ?`,
    [
      change.to,
      ...(dueInMs === undefined ? [] : [dueInMs * 1_000]),
      change.reference ?? null,
      uuidToBytes(paymentId),
      change.from,
    ],
  );
}

/** All that was paid for these orders is to be refunded. @returns no movements of stock */
export async function markRefundsDue(
  connection: PoolConnection,
  orders: readonly { readonly id: string }[],
): Promise<[]> {
  await connection.query(
    `UPDATE payment SET status = 'REFUND_DUE', due_at = UTC_TIMESTAMP(3)
     WHERE order_id IN (?) AND status = 'SUCCEEDED'`,
    [orders.map(({ id }) => uuidToBytes(id))],
  );
  return [];
}

/** @returns those of the orders that have a payment which succeeded and is not to be refunded */
export async function chargedOrders(
  connection: PoolConnection,
  orderIds: readonly Buffer[],
): Promise<Set<string>> {
  const [rows] = await connection.query<(RowDataPacket & { order_id: Buffer })[]>(
    `SELECT DISTINCT order_id FROM payment WHERE order_id IN (?) AND status = 'SUCCEEDED'`,
    [orderIds],
  );
  return new Set(rows.map((row) => bytesToUuid(row.order_id)));
}

export async function markRefunded(pool: Pool, paymentId: string): Promise<void> {
  await pool.query(
    `UPDATE payment SET status = 'REFUNDED', due_at = NULL WHERE id = ? AND status = 'REFUND_DUE'`,
    [uuidToBytes(paymentId)],
  );
}

/** The provider's state was read once more: the decline stands. */
export async function markRechecked(pool: Pool, paymentId: string): Promise<void> {
  await pool.query(`UPDATE payment SET due_at = NULL WHERE id = ? AND status = 'DECLINED'`, [
    uuidToBytes(paymentId),
  ]);
}

export async function findRefundsDue(pool: Pool, orderId: string): Promise<PaymentRecord[]> {
  const [rows] = await pool.query<PaymentRow[]>(
    `SELECT ${COLUMNS} FROM payment WHERE order_id = ? AND status = 'REFUND_DUE'`,
    [uuidToBytes(orderId)],
  );
  return rows.map(toRecord);
}

/**
 * Claims payments of a state that are due. They are leased to this caller for a time that grows with their age from
 * one second to an hour; after that another process claims them again.
 */
export function claimPayments(
  pool: Pool,
  state: 'PENDING' | 'DECLINED' | 'REFUND_DUE',
  limit: number,
): Promise<ClaimedPayment[]> {
  return inTransaction(pool, async (connection) => {
    const [rows] = await connection.query<(PaymentRow & { age_us: number })[]>(
      `SELECT ${COLUMNS}, TIMESTAMPDIFF(MICROSECOND, attempted_at, UTC_TIMESTAMP(3)) AS age_us
       FROM payment WHERE status = ? AND due_at <= UTC_TIMESTAMP(3)
       ORDER BY due_at LIMIT ? FOR UPDATE SKIP LOCKED`,
      [state, limit],
    );
    if (rows.length === 0) return [];
    await connection.query(
      `UPDATE payment SET due_at = UTC_TIMESTAMP(3) + INTERVAL
         GREATEST(1, LEAST(3600, TIMESTAMPDIFF(SECOND, attempted_at, UTC_TIMESTAMP()) DIV 2)) SECOND
       WHERE id IN (?)`,
      [rows.map(({ id }) => id)],
    );
    return rows.map((row) => ({ ...toRecord(row), ageMs: row.age_us / 1_000 }));
  });
}

/** @returns the latest attempt for each order that has one */
export async function latestPayments(
  pool: Pool,
  orderIds: readonly string[],
): Promise<Map<string, PaymentRecord>> {
  const [rows] = await pool.query<PaymentRow[]>(
    `SELECT ${COLUMNS} FROM (
       SELECT ${COLUMNS}, ROW_NUMBER() OVER (PARTITION BY order_id ORDER BY attempted_at DESC, id DESC) AS place
       FROM payment WHERE order_id IN (?)
     ) AS attempt WHERE place = 1`,
    [orderIds.map(uuidToBytes)],
  );
  return new Map(rows.map(toRecord).map((payment) => [payment.orderId, payment]));
}

const toRecord = (row: PaymentRow): PaymentRecord => ({
  id: bytesToUuid(row.id),
  orderId: bytesToUuid(row.order_id),
  status: row.status,
  amount: row.amount,
  currency: row.currency,
  attemptedAt: row.attempted_at,
});
