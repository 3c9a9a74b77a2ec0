import { randomUUID } from 'node:crypto';
import type { RowDataPacket } from 'mysql2/promise';
import { describe, expect, it } from 'vitest';
import { createLogger } from '../../../platform/logger.ts';
import { uuidToBytes } from '../../../platform/uuid.ts';
import { Buyer } from '../testing/order-buyer.ts';
import { useOrderTestBed } from '../testing/order-test-bed.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';
import { readOrderConfig } from '../config.ts';
import { findStatement, Retention, type RetentionRule } from './retention.ts';
import { retentionRules } from './rules.ts';

const bed = useOrderTestBed(useStores(), { environment: { SWEEP_EVERY: '1h' } });
const DAY = 86_400_000;
const environment = { ORDER_RETENTION: 30 * DAY };

async function countOf(table: string, column: string, id: Buffer): Promise<number> {
  const [[row]] = await bed.pool.query<(RowDataPacket & { n: number })[]>(
    `SELECT COUNT(*) AS n FROM ${table} WHERE ${column} = ?`,
    [id],
  );
  return row!.n;
}

/** Rows of the kind, as many as given, that were applied so many days ago. @returns the product */
async function movements(count: number, kind: string, daysAgo: number | null): Promise<Buffer> {
  const product = uuidToBytes(randomUUID());
  const at = daysAgo === null ? null : new Date(Date.now() - daysAgo * DAY);
  await bed.pool.query(
    'INSERT INTO stock_movement (id, product_id, kind, quantity, epoch, created_at, applied_at) VALUES ?',
    [Array.from({ length: count }, () => [uuidToBytes(randomUUID()), product, kind, 1, 1, new Date(), at])],
  );
  return product;
}

const movementsOf = (product: Buffer) => countOf('stock_movement', 'product_id', product);

/** An order that ended, so long ago. */
async function ended(daysAgo: number, end: 'cancelled' | 'delivered' = 'cancelled'): Promise<Buffer> {
  const [product, buyer] = [await bed.sell(), new Buyer(bed)];
  const id = await buyer.ordered(product);
  await buyer.pay(id, 'sim_success');
  if (end === 'cancelled') await buyer.cancel(id);
  const bytes = uuidToBytes(id);
  await bed.pool.query(
    `UPDATE orders SET created_at = created_at - INTERVAL ? DAY, status = IF(?, 'DELIVERED', status),
       due_at = IF(?, UTC_TIMESTAMP(3) - INTERVAL ? DAY, due_at) WHERE id = ?`,
    [daysAgo, end === 'delivered', end === 'delivered', daysAgo, bytes],
  );
  return bytes;
}

describe('movements', () => {
  it('of units that were given back are deleted when they were applied long ago, and restocks are not', async () => {
    const [old, young, open, restock] = [
      await movements(450, 'GIVE_BACK', 91),
      await movements(3, 'GIVE_BACK', 89),
      await movements(3, 'GIVE_BACK', null),
      await movements(3, 'RESTOCK', 500),
    ];
    const all = await Promise.all(Array.from({ length: 4 }, () => bed.services()));
    await waitUntil('the old ones to be deleted', async () => {
      await Promise.all(all.map(({ services }) => services.retention.run()));
      return (await movementsOf(old)) === 0;
    });
    expect(await Promise.all([young, open, restock].map(movementsOf))).toEqual([3, 3, 3]);
  });
});

describe('orders that ended long ago', () => {
  it('are never deleted where no retention is set', async () => {
    const id = await ended(5_000);
    const { services } = await bed.services();
    await services.retention.run();
    expect(await countOf('orders', 'id', id)).toBe(1);
    await bed.pool.query('UPDATE orders SET due_at = UTC_TIMESTAMP(3) WHERE id = ?', [id]);
  });

  it('are deleted with all that belongs to them', async () => {
    const [cancelled, delivered, young] = [await ended(31), await ended(31, 'delivered'), await ended(29)];
    const { services } = await bed.services({ environment });
    await services.retention.run();
    for (const id of [cancelled, delivered])
      for (const [table, column] of [
        ['orders', 'id'],
        ['order_item', 'order_id'],
        ['order_event', 'order_id'],
        ['payment', 'order_id'],
      ] as const)
        expect([table, await countOf(table, column, id)]).toEqual([table, 0]);
    expect(await countOf('orders', 'id', young)).toBe(1);
  });

  it.each(['PENDING', 'REFUND_DUE'])('stay while a payment of theirs is %s', async (status) => {
    const id = await ended(31);
    await bed.pool.query('UPDATE payment SET status = ?, due_at = UTC_TIMESTAMP(3) WHERE order_id = ?', [
      status,
      id,
    ]);
    const other = await ended(31);
    const { services } = await bed.services({ environment });
    await services.retention.run();
    expect(await countOf('orders', 'id', id)).toBe(1);
    expect(await countOf('payment', 'order_id', id)).toBe(1);
    expect(await countOf('orders', 'id', other)).toBe(0);
  });

  it('that are open are not touched', async () => {
    const [product, buyer] = [await bed.sell(), new Buyer(bed)];
    const ids = [await buyer.ordered(product), await buyer.ordered(product)].map(uuidToBytes);
    await bed.pool.query('UPDATE orders SET created_at = created_at - INTERVAL 9 YEAR WHERE id IN (?)', [
      ids,
    ]);
    const { services } = await bed.services({ environment });
    await services.retention.run();
    for (const id of ids) expect(await countOf('orders', 'id', id)).toBe(1);
  });
});

it('a row that cannot be deleted is set aside, and the others are deleted', async () => {
  // Old for this rule, and not for the jobs of the subgraph.
  const product = await movements(250, 'GIVE_BACK', 60);
  const [[bad]] = await bed.pool.query<(RowDataPacket & { id: Buffer })[]>(
    'SELECT id FROM stock_movement WHERE product_id = ? LIMIT 1',
    [product],
  );
  const [rule] = retentionRules({ ...bed.config, STOCK_MOVEMENT_RETENTION: 50 * DAY }) as [RetentionRule];
  let failures = 0;
  const failing: RetentionRule = {
    ...rule,
    remove: async (connection, ids) => {
      if (ids.some((id) => id.equals(bad!.id))) {
        failures++;
        throw new Error('this row cannot be deleted');
      }
      return rule.remove(connection, ids);
    },
  };
  const { services } = await bed.services();
  const retention = new Retention(services.pool, [failing], createLogger('test', 'silent'));
  await retention.run();
  await retention.run();
  expect(await movementsOf(product)).toBe(1);
  expect(failures).toBeLessThanOrEqual(3);
});

it('finds what is old by an index, however many rows are young', async () => {
  await movements(2_000, 'GIVE_BACK', 1);
  await movements(2_000, 'RESTOCK', 100);
  await bed.pool.query('INSERT INTO wishlist_checkout (order_id, items, started_at) VALUES ?', [
    Array.from({ length: 1_000 }, () => [uuidToBytes(randomUUID()), '[]', new Date()]),
  ]);
  const statuses = ['EXPIRED', 'CANCELLED', 'RETURNED', 'DELIVERED', 'PAID'];
  await bed.pool.query(
    'INSERT INTO orders (id, user_id, status, request_hash, total_amount, currency, due_at, created_at) VALUES ?',
    [
      Array.from({ length: 1_000 }, (_, i) => [
        ...[uuidToBytes(randomUUID()), uuidToBytes(randomUUID()), statuses[i % statuses.length]],
        ...[uuidToBytes(randomUUID()), 1, 'KRW', new Date(), new Date()],
      ]),
    ],
  );
  const config = { ...bed.config, ...environment };
  const keys: Record<string, Set<string>> = {};
  for (const rule of retentionRules(config)) {
    const { sql, values } = findStatement(rule, [], 200);
    const [[plan]] = await bed.pool.query<(RowDataPacket & { key: string; type: string; rows: number })[]>(
      `EXPLAIN FORMAT = TRADITIONAL ${sql}`,
      values,
    );
    expect(['range', 'ref']).toContain(plan!.type);
    (keys[rule.name] ??= new Set()).add(plan!.key);
  }
  expect(keys).toEqual({
    stock_movement: new Set(['movements_done']),
    wishlist_checkout: new Set(['checkouts_by_age']),
    ended_order: new Set(['orders_due']),
    order: new Set(['orders_due']),
  });
});

it.each(['STOCK_MOVEMENT_RETENTION=1d', 'CHECKOUT_RETENTION=1s', 'ORDER_RETENTION=29d'])(
  '%s is refused at the start',
  (setting) => {
    const [name, value] = setting.split('=');
    const read = () => readOrderConfig({ NODE_ENV: 'test', ENCRYPTION_KEYS: 'x', [name!]: value });
    expect(read).toThrow(`${name} is not acceptable: expected at least`);
  },
);
