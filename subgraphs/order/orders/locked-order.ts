import type { PoolConnection, RowDataPacket } from 'mysql2/promise';
import { bytesToUuid, uuidToBytes } from '../../../platform/uuid.ts';
import type { OrderStatus } from '../__generated__/resolvers-types.ts';
import { ABANDONED } from './order.ts';
import type { OrderFacts } from './order-transitions.ts';

/** An order whose row this transaction has locked: no other transaction changes it before COMMIT or ROLLBACK. */
export interface LockedOrder extends OrderFacts {
  readonly id: string;
  readonly userId: string;
  readonly totalAmount: number;
  readonly currency: string;
  readonly dueAt: Date | null;
}

/** @returns those of the orders that have a payment which succeeded and is not to be refunded */
export type ReadChargedOrders = (
  connection: PoolConnection,
  orderIds: readonly Buffer[],
) => Promise<ReadonlySet<string>>;

/** What the reading of locked orders needs of the state machine. */
interface Reads {
  readonly readCharged: ReadChargedOrders;
}

interface LockedRow extends RowDataPacket {
  id: Buffer;
  user_id: Buffer;
  status: OrderStatus | typeof ABANDONED;
  total_amount: number;
  currency: string;
  due_at: Date | null;
  is_due: number | null;
  has_address: number;
}

// Due by MySQL's clock, which is the same for every process: what is due for one is not still in time for another.
const COLUMNS = `id, user_id, status, total_amount, currency, due_at, due_at <= UTC_TIMESTAMP(3) AS is_due,
  shipping_address IS NOT NULL AS has_address`;

/** Waits for the transaction that has the order at the moment. @returns null when there is no order under the id */
export async function lockOrder(
  connection: PoolConnection,
  orderId: string,
  reads: Reads,
): Promise<LockedOrder | null> {
  const [[row]] = await connection.query<LockedRow[]>(
    `SELECT ${COLUMNS} FROM orders WHERE id = ? FOR UPDATE`,
    [uuidToBytes(orderId)],
  );
  if (!row || row.status === ABANDONED) return null;
  const [order] = await toLockedOrders(connection, [row], reads);
  return order!;
}

export interface DueOrders {
  readonly status: OrderStatus;
  /** How long they must have been due, in milliseconds. */
  readonly graceMs: number;
}

/**
 * Orders of a status that are due, those that have waited longest first. Skips rows that another transaction has locked, so any number
 * of processes may do this at once.
 *
 * @param without ids of orders that are left out, too
 */
export async function lockDueOrders(
  connection: PoolConnection,
  { status, graceMs }: DueOrders,
  limit: number,
  without: readonly string[],
  reads: Reads,
): Promise<LockedOrder[]> {
  const others = without.length > 0 ? 'AND id NOT IN (?)' : '';
  const [rows] = await connection.query<LockedRow[]>(
    `${DUE} ${others} ORDER BY due_at LIMIT ? FOR UPDATE SKIP LOCKED`,
    [status, graceMs * 1_000, ...(others ? [without.map(uuidToBytes)] : []), limit],
  );
  return toLockedOrders(connection, rows, reads);
}

/** One of them. @returns null when it is not due any more, or another transaction has locked it */
export async function lockDueOrder(
  connection: PoolConnection,
  { status, graceMs }: DueOrders,
  orderId: string,
  reads: Reads,
): Promise<LockedOrder | null> {
  const [[row]] = await connection.query<LockedRow[]>(`${DUE} AND id = ? FOR UPDATE SKIP LOCKED`, [
    status,
    graceMs * 1_000,
    uuidToBytes(orderId),
  ]);
  const [order] = await toLockedOrders(connection, row ? [row] : [], reads);
  return order ?? null;
}

const DUE = `SELECT ${COLUMNS} FROM orders WHERE status = ? AND due_at <= UTC_TIMESTAMP(3) - INTERVAL ? MICROSECOND`;

/** Payments are read after the lock is had, in a statement of their own: what a statement reads without a lock is as old as its start. */
async function toLockedOrders(
  connection: PoolConnection,
  rows: readonly LockedRow[],
  { readCharged }: Reads,
): Promise<LockedOrder[]> {
  const paid = rows.filter(({ status }) => status === 'PAID').map(({ id }) => id);
  const charged = paid.length > 0 ? await readCharged(connection, paid) : new Set<string>();
  return rows.map((row) => {
    const id = bytesToUuid(row.id);
    return {
      id,
      userId: bytesToUuid(row.user_id),
      status: row.status as OrderStatus,
      totalAmount: row.total_amount,
      currency: row.currency,
      dueAt: row.due_at,
      isDue: row.is_due === 1,
      hasAddress: row.has_address === 1,
      isCharged: charged.has(id),
    };
  });
}
