import type { Connection, PoolConnection, RowDataPacket } from 'mysql2/promise';
import { bytesToUuid, uuidToBytes } from '../../../platform/uuid.ts';
import type { OrderUnits } from './holdings.ts';
import { writtenAt, type PendingOrder } from './pending-order.ts';

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
  await connection.query(
    `INSERT INTO orders (id, user_id, status, request_hash, total_amount, currency, due_at, created_at) VALUES ?`,
    [
      pendingOrders.map((pendingOrder) => {
        const order = writtenAt(pendingOrder, at);
        return [
          uuidToBytes(order.id),
          uuidToBytes(order.userId),
          order.status,
          pendingOrder.requestHash,
          order.totalAmount,
          order.currency,
          order.dueAt,
          order.createdAt,
        ];
      }),
    ],
  );
}

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
