import type { Pool, RowDataPacket } from 'mysql2/promise';
import { bytesToUuid, uuidToBytes } from '../../platform/uuid.ts';
import { HOLDERS } from '../../subgraphs/order/testing/order-ledger.ts';
import type { Line } from './history.ts';

/** As MySQL has it. */
export interface StoredOrder {
  readonly userId: string;
  readonly status: string;
  readonly lines: readonly Line[];
}

export interface StoredPayment {
  readonly id: string;
  readonly orderId: string;
  readonly status: string;
}

const toBytes = (ids: readonly string[]): Buffer[] => ids.map(uuidToBytes);

/** By id; a tombstone is no order. */
export async function readOrders(pool: Pool, products: readonly string[]): Promise<Map<string, StoredOrder>> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT o.id, o.user_id, o.status, i.product_id, i.quantity
     FROM (${HOLDERS}) u JOIN orders o ON o.user_id = u.user_id LEFT JOIN order_item i ON i.order_id = o.id
     WHERE o.status <> 'ABANDONED' ORDER BY o.id, i.product_id`,
    [toBytes(products)],
  );
  const orders = new Map<string, { userId: string; status: string; lines: Line[] }>();
  for (const row of rows) {
    const id = bytesToUuid(row['id'] as Buffer);
    const order = orders.get(id) ?? {
      userId: bytesToUuid(row['user_id'] as Buffer),
      status: String(row['status']),
      lines: [],
    };
    orders.set(id, order);
    if (row['product_id'])
      order.lines.push({
        productId: bytesToUuid(row['product_id'] as Buffer),
        quantity: Number(row['quantity']),
      });
  }
  return orders;
}

export async function readPayments(pool: Pool, products: readonly string[]): Promise<StoredPayment[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT p.id, p.order_id, p.status
     FROM (${HOLDERS}) u JOIN orders o ON o.user_id = u.user_id JOIN payment p ON p.order_id = o.id`,
    [toBytes(products)],
  );
  return rows.map((row) => ({
    id: bytesToUuid(row['id'] as Buffer),
    orderId: bytesToUuid(row['order_id'] as Buffer),
    status: String(row['status']),
  }));
}

/** Orders and payments that are under way, and movements that Redis does not have yet. */
export async function countUnderWay(pool: Pool, products: readonly string[]): Promise<number> {
  const ids = toBytes(products);
  const [[row]] = await pool.query<RowDataPacket[]>(
    `SELECT (SELECT COUNT(*) FROM (${HOLDERS}) u JOIN orders o ON o.user_id = u.user_id
          WHERE o.status IN ('PAYING', 'RETURN_REQUESTED'))
       + (SELECT COUNT(*) FROM (${HOLDERS}) u JOIN orders o ON o.user_id = u.user_id
          JOIN payment p ON p.order_id = o.id WHERE p.status IN ('PENDING', 'REFUND_DUE'))
       + (SELECT COUNT(*) FROM stock_movement WHERE applied_at IS NULL AND product_id IN (?)) AS under_way`,
    [ids, ids, ids],
  );
  return Number(row!['under_way']);
}

/** Orders that each product was ever in. */
export async function countOrders(pool: Pool): Promise<Map<string, number>> {
  const [rows] = await pool.query<RowDataPacket[]>(
    'SELECT product_id, COUNT(*) AS orders FROM order_item GROUP BY product_id',
  );
  return new Map(rows.map((row) => [bytesToUuid(row['product_id'] as Buffer), Number(row['orders'])]));
}
