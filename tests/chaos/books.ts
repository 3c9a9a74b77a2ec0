import type { Pool, RowDataPacket } from 'mysql2/promise';
import { bytesToUuid, uuidToBytes } from '../../platform/uuid.ts';
import type { StockBooks } from '../harness/order-books.ts';
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

const HOLDS_NOTHING = "('CANCELLED', 'EXPIRED', 'RETURNED', 'ABANDONED')";
const toBytes = (ids: readonly string[]): Buffer[] => ids.map(uuidToBytes);

/** Of these products, whoever has held any of them: an index leads from there to their orders, so no statement scans all orders. */
const HOLDERS = 'SELECT DISTINCT user_id FROM holding WHERE product_id IN (?)';

/** What MySQL has of these products, all at one instant, since a statement reads one snapshot. */
export async function readStock(pool: Pool, products: readonly string[]): Promise<StockBooks[]> {
  const ids = toBytes(products);
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT s.product_id, s.total, s.sold, s.epoch, COALESCE(b.units, 0) AS ordered,
       COALESCE(h.units, 0) AS held, COALESCE(h.most, 0) AS most_held
     FROM stock s
     LEFT JOIN (
       SELECT i.product_id, SUM(i.quantity) AS units
       FROM (${HOLDERS}) u JOIN orders o ON o.user_id = u.user_id JOIN order_item i ON i.order_id = o.id
       WHERE o.status NOT IN ${HOLDS_NOTHING} AND i.product_id IN (?) GROUP BY i.product_id
     ) b ON b.product_id = s.product_id
     LEFT JOIN (
       SELECT product_id, SUM(held) AS units, MAX(held) AS most FROM holding WHERE product_id IN (?) GROUP BY product_id
     ) h ON h.product_id = s.product_id
     WHERE s.product_id IN (?)`,
    [ids, ids, ids, ids],
  );
  const books = rows.map((row) => ({
    product: bytesToUuid(row['product_id'] as Buffer),
    total: Number(row['total']),
    sold: Number(row['sold']),
    epoch: Number(row['epoch']),
    ordered: Number(row['ordered']),
    held: Number(row['held']),
    mostHeld: Number(row['most_held']),
  }));
  return products.flatMap((id) => books.find(({ product }) => product === id) ?? []);
}

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
