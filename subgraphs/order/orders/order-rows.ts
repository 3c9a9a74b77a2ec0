import { raw } from 'mysql2';
import type { Connection, PoolConnection, RowDataPacket } from 'mysql2/promise';
import type { Statement, StatementResult } from '../../../platform/mysql/statements.ts';
import { bytesToUuid, uuidToBytes } from '../../../platform/uuid.ts';
import type { OrderUnits } from './holdings.ts';
import { dueTime, type PendingOrder } from './pending-order.ts';

/** The row writers that every purchase strategy shares, and the reader of what orders consist of. */

/** MySQL's clock, which is the same for every process. */
export async function readClock(connection: Connection): Promise<Date> {
  const [[row]] = await connection.query<(RowDataPacket & { now: Date })[]>('SELECT UTC_TIMESTAMP(3) AS now');
  return row!.now;
}

/** When orders are written: what stands in the columns of their times. */
export interface WritingTime {
  readonly createdAt: unknown;
  /** @param timeoutMs how long the buyer has to pay, in milliseconds */
  dueAfter(timeoutMs: number): unknown;
}

/** @param at by MySQL's clock */
export function writingTimeAt(at: Date): WritingTime {
  return { createdAt: sqlTime(at), dueAfter: (timeoutMs) => sqlTime(dueTime(at, timeoutMs)) };
}

/** As mysql2 writes an instant; it would do so twice for each row, in 0.8 microseconds, though all rows have the same two. */
const sqlTime = (at: Date): string => at.toISOString().slice(0, 23).replace('T', ' ');

/**
 * MySQL's clock as it is when `SET_WRITING_TIME` runs, for statements behind it in the same round trip, before the clock is known here.
 * `READ_WRITING_TIME` reads it, as a column of the same precision.
 */
export const WRITING_TIME_OF_SESSION: WritingTime = {
  createdAt: raw('@writing_time'),
  dueAfter: (timeoutMs) => raw(`@writing_time + INTERVAL ${Math.round(timeoutMs * 1_000)} MICROSECOND`),
};

export const SET_WRITING_TIME: Statement = { sql: 'SET @writing_time = UTC_TIMESTAMP(3)' };
export const READ_WRITING_TIME: Statement = { sql: 'SELECT CAST(@writing_time AS DATETIME(3)) AS now' };

/** @param rows of `READ_WRITING_TIME` */
export const writingTimeIn = (rows: StatementResult | undefined): Date =>
  (rows as readonly { readonly now: Date }[])[0]!.now;

export function ordersInsert(pendingOrders: readonly PendingOrder[], time: WritingTime): Statement {
  const dueTimes = new Map<number, unknown>();
  const dueAfter = (timeoutMs: number): unknown => {
    if (!dueTimes.has(timeoutMs)) dueTimes.set(timeoutMs, time.dueAfter(timeoutMs));
    return dueTimes.get(timeoutMs);
  };
  return {
    sql: `INSERT INTO orders (id, user_id, status, request_hash, total_amount, currency, due_at, created_at) VALUES ?`,
    values: [
      pendingOrders.map(({ order, requestHash, paymentTimeoutMs }) => [
        uuidToBytes(order.id),
        uuidToBytes(order.userId),
        order.status,
        requestHash,
        order.totalAmount,
        order.currency,
        dueAfter(paymentTimeoutMs),
        time.createdAt,
      ]),
    ],
  };
}

export function itemsInsert(pendingOrders: readonly PendingOrder[]): Statement {
  return {
    sql: `INSERT INTO order_item (order_id, product_id, quantity, unit_price, product_name, epoch, seq) VALUES ?`,
    values: [
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
  };
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
