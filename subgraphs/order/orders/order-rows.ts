import type { Connection, PoolConnection, RowDataPacket } from 'mysql2/promise';
import { bytesToUuid, uuidToBytes } from '../../../platform/uuid.ts';
import type { OrderUnits } from './holdings.ts';
import { dueTime, type PendingOrder } from './pending-order.ts';

/** The row writers that every purchase strategy shares, and the reader of what orders consist of. */

/** MySQL's clock, which is the same for every process. */
export async function readClock(connection: Connection): Promise<Date> {
  const [[row]] = await connection.query<(RowDataPacket & { now: Date })[]>('SELECT UTC_TIMESTAMP(3) AS now');
  return row!.now;
}

/** @param at by MySQL's clock */
export async function insertOrders(
  connection: Connection,
  pendingOrders: readonly PendingOrder[],
  at: Date,
): Promise<void> {
  const createdAt = sqlTime(at);
  const dueTimes = new Map<number, string>();
  const dueAfter = (timeoutMs: number): string => {
    const known = dueTimes.get(timeoutMs);
    if (known !== undefined) return known;
    const dueAt = sqlTime(dueTime(at, timeoutMs));
    dueTimes.set(timeoutMs, dueAt);
    return dueAt;
  };
  await connection.query(
    `INSERT INTO orders (id, user_id, status, request_hash, total_amount, currency, due_at, created_at) VALUES ?`,
    [
      pendingOrders.map(({ order, requestHash, paymentTimeoutMs }) => [
        uuidToBytes(order.id),
        uuidToBytes(order.userId),
        order.status,
        requestHash,
        order.totalAmount,
        order.currency,
        dueAfter(paymentTimeoutMs),
        createdAt,
      ]),
    ],
  );
}

/** As mysql2 writes an instant; it would do so twice for each row, in 0.8 microseconds, though all rows have the same two. */
const sqlTime = (at: Date): string => at.toISOString().slice(0, 23).replace('T', ' ');

export async function insertItems(
  connection: Connection,
  pendingOrders: readonly PendingOrder[],
): Promise<void> {
  await connection.query(
    `INSERT INTO order_item (order_id, product_id, quantity, unit_price, product_name, epoch, seq) VALUES ?`,
    [
      pendingOrders.flatMap(({ order }) =>
        order.items.map((item) => [
          uuidToBytes(order.id),
          uuidToBytes(item.productId),
          item.quantity,
          item.unitPrice,
          item.productName,
          item.epoch,
          item.seq,
        ]),
      ),
    ],
  );
}

/** What orders consist of, by product and user. */
export async function readUnits(
  connection: PoolConnection,
  orders: readonly { readonly id: string; readonly userId: string }[],
): Promise<OrderUnits[]> {
  const [rows] = await connection.query<
    (RowDataPacket & { order_id: Buffer; product_id: Buffer; quantity: number })[]
  >('SELECT order_id, product_id, quantity FROM order_item WHERE order_id IN (?)', [
    orders.map(({ id }) => uuidToBytes(id)),
  ]);
  const buyers = new Map(orders.map(({ id, userId }) => [id, userId]));
  return rows
    .map((row) => {
      const orderId = bytesToUuid(row.order_id);
      return {
        orderId,
        userId: buyers.get(orderId)!,
        productId: bytesToUuid(row.product_id),
        quantity: row.quantity,
      };
    })
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

const keyOf = ({ productId, userId }: OrderUnits): string => `${productId} ${userId}`;
