import type { Redis } from 'ioredis';
import type { Pool, RowDataPacket } from 'mysql2/promise';
import { bytesToUuid, uuidToBytes } from '../../../platform/uuid.ts';
import { fromRedisId } from '../stock/redis-id.ts';
import { retryOnLockError } from '../../../platform/mysql/transaction.ts';

/** What MySQL has of a product at one instant. Units. */
export interface StockLedger {
  readonly product: string;
  readonly total: number;
  readonly sold: number;
  readonly epoch: number;
  /** In orders that hold. */
  readonly ordered: number;
  readonly held: number;
  /** By the buyer who holds the most. */
  readonly mostHeld: number;
}

/** The users who have held any of these products: an index leads from them to their orders, so no statement scans all orders. */
export const HOLDERS = 'SELECT DISTINCT user_id FROM holding WHERE product_id IN (?)';

/** The stores of an order subgraph. */
interface OrderStores {
  readonly pool: Pool;
  readonly redis: Pick<Redis, 'get' | 'hgetall'>;
  /** Of a product. */
  key(productId: string, name: string): string;
}

/** Ledger check: reads the stores of an order subgraph directly, and not through the subgraph. */
export class OrderLedger {
  readonly #stores: OrderStores;

  constructor(stores: OrderStores) {
    this.#stores = stores;
  }

  /** What MySQL has of these products, all at one instant, since a statement reads one snapshot. */
  async readStock(products: readonly string[]): Promise<StockLedger[]> {
    const ids = products.map(uuidToBytes);
    const [rows] = await this.#stores.pool.query<RowDataPacket[]>(
      `SELECT s.product_id, s.total, s.sold, s.epoch, COALESCE(b.units, 0) AS ordered,
         COALESCE(h.units, 0) AS held, COALESCE(h.most, 0) AS most_held
       FROM stock s
       LEFT JOIN (
         SELECT i.product_id, SUM(i.quantity) AS units
         FROM (${HOLDERS}) u JOIN orders o ON o.user_id = u.user_id JOIN order_item i ON i.order_id = o.id
         WHERE o.status NOT IN ('CANCELLED', 'EXPIRED', 'RETURNED', 'ABANDONED') AND i.product_id IN (?)
         GROUP BY i.product_id
       ) b ON b.product_id = s.product_id
       LEFT JOIN (
         SELECT product_id, SUM(held) AS units, MAX(held) AS most FROM holding WHERE product_id IN (?) GROUP BY product_id
       ) h ON h.product_id = s.product_id
       WHERE s.product_id IN (?)`,
      [ids, ids, ids, ids],
    );
    const ledger = rows.map((row) => ({
      product: bytesToUuid(row['product_id'] as Buffer),
      total: Number(row['total']),
      sold: Number(row['sold']),
      epoch: Number(row['epoch']),
      ordered: Number(row['ordered']),
      held: Number(row['held']),
      mostHeld: Number(row['most_held']),
    }));
    return products.flatMap((id) => ledger.find(({ product }) => product === id) ?? []);
  }

  /** Orders with an automatic transition ahead, payments without an end, and movements that Redis has not applied. */
  async countUnfinished(): Promise<number> {
    const [[row]] = await this.#stores.pool.query<(RowDataPacket & { unfinished: number })[]>(
      `SELECT (SELECT COUNT(*) FROM orders WHERE status IN ('PENDING_PAYMENT', 'PAYING', 'PAID', 'SHIPPED', 'RETURN_REQUESTED'))
         + (SELECT COUNT(*) FROM payment WHERE status IN ('PENDING', 'REFUND_DUE'))
         + (SELECT COUNT(*) FROM stock_movement WHERE applied_at IS NULL) AS unfinished`,
    );
    return Number(row!.unfinished);
  }

  /** No buyer has time to pay any more. */
  async makeUnpaidDue(): Promise<void> {
    const sql = "UPDATE orders SET due_at = UTC_TIMESTAMP(3) WHERE status IN ('PENDING_PAYMENT', 'PAYING')";
    await retryOnLockError(() => this.#stores.pool.query(sql));
  }

  /** By id; tombstones are no orders. */
  async readStatuses(): Promise<Map<string, string>> {
    const [rows] = await this.#stores.pool.query<(RowDataPacket & { id: Buffer; status: string })[]>(
      "SELECT id, status FROM orders WHERE status <> 'ABANDONED'",
    );
    return new Map(rows.map(({ id, status }) => [bytesToUuid(id), status]));
  }

  /** Orders that had returned their units and reacquired them, because they were paid after all. */
  async countReacquired(): Promise<number> {
    const [[row]] = await this.#stores.pool.query<(RowDataPacket & { orders: number })[]>(
      "SELECT COUNT(DISTINCT order_id) AS orders FROM stock_movement WHERE kind = 'GIVE_BACK' AND quantity < 0",
    );
    return Number(row!.orders);
  }

  /** Charges that the provider has kept, by what became of their orders. */
  async readKeptCharges(): Promise<{ status: string; orders: number; kept: number }[]> {
    const [rows] = await this.#stores.pool.query<RowDataPacket[]>(
      `SELECT o.status, COUNT(DISTINCT o.id) AS orders,
         COALESCE(SUM(c.outcome = 'succeeded' AND c.refunded_at IS NULL), 0) AS kept
       FROM orders o LEFT JOIN payment p ON p.order_id = o.id LEFT JOIN simulated_charge c ON c.intent_id = p.id
       GROUP BY o.status`,
    );
    return rows.map((row) => ({
      status: String(row['status']),
      orders: Number(row['orders']),
      kept: Number(row['kept']),
    }));
  }

  /** Units by user, of those who hold any. */
  async readHoldings(product: string): Promise<Record<string, number>> {
    const [rows] = await this.#stores.pool.query<(RowDataPacket & { user_id: Buffer; held: number })[]>(
      'SELECT user_id, held FROM holding WHERE product_id = ? AND held > 0',
      [uuidToBytes(product)],
    );
    return Object.fromEntries(rows.map(({ user_id, held }) => [bytesToUuid(user_id), held]));
  }

  /** The same, as Redis counts them. */
  async readHoldingsInRedis(product: string): Promise<Record<string, number>> {
    const holdings = await this.#readHash(product, 'holding');
    return Object.fromEntries(
      Object.entries(holdings).flatMap(([user, held]) =>
        held === '0' ? [] : [[fromRedisId(user), Number(held)]],
      ),
    );
  }

  /** Redis's numbers of a product; a subgraph would answer with MySQL's where Redis has none. */
  async readStockInRedis(product: string): Promise<{ total: number; sold: number; reserved: number }> {
    const { total, sold, reserved } = await this.#readHash(product, 'stock');
    return { total: Number(total), sold: Number(sold), reserved: Number(reserved) };
  }

  async #readHash(product: string, name: string): Promise<Record<string, string>> {
    const { redis } = this.#stores;
    const [epoch] = (await redis.get(this.#stores.key(product, 'gate')))!.split(':');
    return redis.hgetall(this.#stores.key(product, `${epoch}:${name}`));
  }
}
