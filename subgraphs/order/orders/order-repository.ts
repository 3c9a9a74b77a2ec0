import type { Pool, PoolConnection, RowDataPacket } from 'mysql2/promise';
import { groupBy } from '../../../platform/batching/group-by.ts';
import { bytesToUuid, uuidToBytes } from '../../../platform/uuid.ts';
import type { OrderStatus } from '../__generated__/resolvers-types.ts';
import { ABANDONED, ORDER_STATUSES, type Order, type OrderItem, type OrderRecord } from './order.ts';
import { pageOfUser, someOfUser, type OrderPageRequest } from './order-list-queries.ts';

/** Reads orders. By mysql2: reading an order back is part of most purchases. */
export class OrderRepository {
  readonly #reader: Pool | PoolConnection;

  constructor(reader: Pool | PoolConnection) {
    this.#reader = reader;
  }

  /** @returns what stands under each id, where anything does */
  async findRecords(orderIds: readonly string[]): Promise<Map<string, OrderRecord>> {
    if (orderIds.length === 0) return new Map();
    const ids = orderIds.map(uuidToBytes);
    const [rows] = await this.#reader.query<OrderRow[]>(
      `SELECT ${ORDER_COLUMNS.join(', ')} FROM orders WHERE id IN (?)`,
      [ids],
    );
    const orders = await this.#withItems(rows.filter(({ status }) => status !== ABANDONED));
    return new Map<string, OrderRecord>(
      rows.map((row) => {
        const id = bytesToUuid(row.id);
        const order = orders.get(id);
        return [id, order ? { kind: 'order', requestHash: row.request_hash, order } : { kind: 'tombstone' }];
      }),
    );
  }

  /**
   * A user's orders, newest first. Reads at most as many rows of each status as the page has, and no tombstone.
   *
   * @param after the last order that is not wanted any more
   */
  async pageOfUser(userId: string, page: OrderPageRequest): Promise<Order[]> {
    const { sql, values } = pageOfUser(userId, page);
    const [rows] = await this.#reader.query<OrderRow[]>(
      `SELECT ${ORDER_COLUMNS.map((column) => `o.${column}`).join(', ')}
       FROM (${sql}) page STRAIGHT_JOIN orders o ON o.id = page.id ORDER BY o.created_at DESC, o.id DESC`,
      values,
    );
    return [...(await this.#withItems(rows)).values()];
  }

  /** How many orders a user has, of as many as may be counted. */
  countOfUser(userId: string, status: OrderStatus | null, mostCounted: number): Promise<number> {
    return this.#count(userId, status ? [status] : ORDER_STATUSES, mostCounted);
  }

  /** How many tombstones a user has, of as many as may be counted. */
  countTombstonesOfUser(userId: string, mostCounted: number): Promise<number> {
    return this.#count(userId, [ABANDONED], mostCounted);
  }

  async #count(...some: Parameters<typeof someOfUser>): Promise<number> {
    const { sql, values } = someOfUser(...some);
    const [[row]] = await this.#reader.query<(RowDataPacket & { count: number })[]>(
      `SELECT COUNT(*) AS count FROM (${sql}) counted`,
      values,
    );
    return row?.count ?? 0;
  }

  /** When each order took on a status after its first, oldest first. */
  async eventsOf(orderIds: readonly string[]): Promise<Map<string, { status: OrderStatus; at: Date }[]>> {
    const [rows] = await this.#reader.query<
      (RowDataPacket & { order_id: Buffer; status: OrderStatus; at: Date })[]
    >('SELECT order_id, status, at FROM order_event WHERE order_id IN (?) ORDER BY order_id, at', [
      orderIds.map(uuidToBytes),
    ]);
    const byOrder = groupBy(rows, (row) => bytesToUuid(row.order_id));
    return new Map(
      [...byOrder].map(([id, events]) => [id, events.map(({ status, at }) => ({ status, at }))]),
    );
  }

  async #withItems(rows: readonly OrderRow[]): Promise<Map<string, Order>> {
    if (rows.length === 0) return new Map();
    const [items] = await this.#reader.query<ItemRow[]>(
      `SELECT order_id, product_id, quantity, unit_price, product_name, epoch, seq
       FROM order_item WHERE order_id IN (?) ORDER BY order_id, product_id`,
      [rows.map(({ id }) => id)],
    );
    const byOrder = groupBy(items, (item) => bytesToUuid(item.order_id));
    return new Map(
      rows.map((row) => {
        const id = bytesToUuid(row.id);
        return [
          id,
          toOrder(
            row,
            (byOrder.get(id) ?? []).map((item) => toItem(item, row.currency)),
          ),
        ];
      }),
    );
  }
}

const ORDER_COLUMNS = [
  'id',
  'user_id',
  'status',
  'request_hash',
  'total_amount',
  'currency',
  'shipping_address',
  'due_at',
  'created_at',
];

interface OrderRow extends RowDataPacket {
  id: Buffer;
  user_id: Buffer;
  status: OrderStatus | typeof ABANDONED;
  request_hash: Buffer;
  total_amount: number;
  currency: string;
  shipping_address: Buffer | null;
  due_at: Date | null;
  created_at: Date;
}

interface ItemRow extends RowDataPacket {
  order_id: Buffer;
  product_id: Buffer;
  quantity: number;
  unit_price: number;
  product_name: string;
  epoch: number;
  seq: number;
}

function toOrder(row: OrderRow, items: OrderItem[]): Order {
  return {
    id: bytesToUuid(row.id),
    userId: bytesToUuid(row.user_id),
    status: row.status as OrderStatus,
    items,
    totalAmount: row.total_amount,
    currency: row.currency,
    shippingAddress: row.shipping_address,
    dueAt: row.due_at,
    createdAt: row.created_at,
  };
}

const toItem = (row: ItemRow, currency: string): OrderItem => ({
  productId: bytesToUuid(row.product_id),
  productName: row.product_name,
  quantity: row.quantity,
  unitPrice: row.unit_price,
  currency,
  epoch: row.epoch,
  seq: Number(row.seq),
});
