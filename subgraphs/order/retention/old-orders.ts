import type { PoolConnection, RowDataPacket } from 'mysql2/promise';
import type { OrderStatus } from '../__generated__/resolvers-types.ts';
import { deleteByKey } from './delete-by-key.ts';
import type { RetentionRule } from './retention.ts';

/** Nothing happens to these any more, but that the money of a late payment is refunded, or buys the units again. */
const ENDED = ['EXPIRED', 'CANCELLED', 'RETURNED'] as const satisfies readonly OrderStatus[];

/**
 * Orders that ended long ago, with all that belongs to them. Off unless a retention is set: orders are records of business. An order that ended
 * has no due time; the first of two rules gives it one, its creation, so that the index by status and due time finds the old ones. A
 * delivered order has one: the end of its return window. An order that waits for anything is not found.
 */
export const orderRules = (retentionMs: number): RetentionRule[] => [
  ...ENDED.map((status) => ({
    name: 'ended_order',
    key: 'id',
    find: `FROM orders FORCE INDEX (orders_due) WHERE status = ? AND due_at IS NULL`,
    values: [status],
    orderBy: 'id',
    isMark: true,
    remove: startRetention,
  })),
  ...([...ENDED, 'DELIVERED'] as const).map((status) => ({
    name: 'order',
    key: 'id',
    find: `FROM orders FORCE INDEX (orders_due)
      WHERE status = ? AND due_at <= UTC_TIMESTAMP(3) - INTERVAL ? MICROSECOND`,
    values: [status, retentionMs * 1_000],
    orderBy: 'due_at',
    remove: removeOrders,
  })),
];

async function startRetention(
  connection: PoolConnection,
  ids: readonly Buffer[],
): Promise<readonly Buffer[]> {
  await connection.query('UPDATE orders FORCE INDEX (PRIMARY) SET due_at = created_at WHERE id IN (?)', [
    ids,
  ]);
  return [];
}

async function removeOrders(connection: PoolConnection, ids: readonly Buffer[]): Promise<readonly Buffer[]> {
  const payments = await paymentsOf(connection, ids);
  const open = new Set(payments.filter(({ isOpen }) => isOpen).map(({ orderId }) => orderId.toString('hex')));
  const done = ids.filter((id) => !open.has(id.toString('hex')));
  if (done.length > 0) {
    const paid = payments.filter(({ orderId }) => !open.has(orderId.toString('hex'))).map(({ id }) => id);
    if (paid.length > 0) {
      await deleteByKey(connection, 'simulated_charge', 'intent_id', paid);
      await deleteByKey(connection, 'payment', 'id', paid);
    }
    await deleteByKey(connection, 'return_request', 'order_id', done);
    await deleteByKey(connection, 'order_event', 'order_id', done);
    await deleteByKey(connection, 'order_item', 'order_id', done);
    await deleteByKey(connection, 'orders', 'id', done);
  }
  return ids.filter((id) => open.has(id.toString('hex')));
}

interface OrderPayment {
  readonly id: Buffer;
  readonly orderId: Buffer;
  /** The provider may still say something, or is to refund. */
  readonly isOpen: boolean;
}

async function paymentsOf(connection: PoolConnection, orderIds: readonly Buffer[]): Promise<OrderPayment[]> {
  const [rows] = await connection.query<
    (RowDataPacket & { id: Buffer; order_id: Buffer; is_open: number })[]
  >(
    `SELECT id, order_id, status IN ('PENDING', 'REFUND_DUE') OR due_at IS NOT NULL AS is_open
     FROM payment FORCE INDEX (payments_of_order) WHERE order_id IN (?)`,
    [orderIds],
  );
  return rows.map((row) => ({ id: row.id, orderId: row.order_id, isOpen: row.is_open === 1 }));
}
