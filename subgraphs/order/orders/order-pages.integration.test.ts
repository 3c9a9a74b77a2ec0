import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { Fault } from '../../../platform/errors.ts';
import { encodeCursor } from '../../../platform/graphql/connection.ts';
import { bytesToUuid, uuidToBytes } from '../../../platform/uuid.ts';
import { useOrderTestBed } from '../testing/order-test-bed.ts';
import { itHolds } from '../../../tests/harness/properties.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import type { OrderStatus } from '../__generated__/resolvers-types.ts';
import type { OrderContext } from '../context.ts';
import { listOrders, type OrderPage } from './list-orders.ts';
import { OrderLists } from './order-lists.ts';
import { ABANDONED, ORDER_STATUSES } from './order.ts';

const bed = useOrderTestBed(useStores(), { environment: { SWEEP_EVERY: '1h' } });
let lists: OrderLists;
beforeAll(() => {
  lists = new OrderLists(bed.pool);
});

interface Stored {
  readonly id: Buffer;
  readonly status: OrderStatus | typeof ABANDONED;
  /** In milliseconds. Several orders have the same. */
  readonly at: number;
}

const BEGIN = Date.UTC(2026, 0, 1);
const stored: fc.Arbitrary<Stored> = fc.record({
  id: fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes)),
  status: fc.constantFrom(...ORDER_STATUSES, ABANDONED),
  at: fc.nat(3).map((ms) => BEGIN + ms),
});
const history = fc.uniqueArray(stored, { maxLength: 20, selector: ({ id }) => id.toString('hex') });
const wanted = fc.option(fc.constantFrom(...ORDER_STATUSES));
const first = fc.integer({ min: 1, max: 7 });

/** A new user with these orders. @returns the user's id */
async function store(orders: readonly Stored[]): Promise<string> {
  const userId = randomUUID();
  if (orders.length > 0) {
    await bed.pool.query('DELETE FROM orders WHERE id IN (?)', [orders.map(({ id }) => id)]);
    await bed.pool.query(
      'INSERT INTO orders (id, user_id, status, request_hash, total_amount, currency, created_at) VALUES ?',
      [
        orders.map(({ id, status, at }) => [
          id,
          uuidToBytes(userId),
          status,
          Buffer.alloc(16),
          1,
          'KRW',
          new Date(at),
        ]),
      ],
    );
  }
  return userId;
}

const list = (userId: string, page: Parameters<typeof listOrders>[1]): Promise<OrderPage> => {
  const caller = { userId, scopes: new Set() };
  return listOrders(userId, page, { caller, services: { lists } } as unknown as OrderContext);
};

/** Newest first, and of the same time by id. */
const inOrder = (orders: readonly Stored[], status: OrderStatus | null): string[] =>
  orders
    .filter((order) => order.status !== ABANDONED && (status === null || order.status === status))
    .sort((a, b) => b.at - a.at || Buffer.compare(b.id, a.id))
    .map(({ id }) => bytesToUuid(id));

const idsOf = ({ nodes }: OrderPage): string[] => nodes.map(({ id }) => id);

describe('the pages of the orders of a user', () => {
  afterAll(() => bed.pool.query('DELETE FROM orders'));

  itHolds(
    'are the whole list, none twice and none left out, from every place in it',
    30,
    fc.asyncProperty(history, wanted, first, async (orders, status, size) => {
      const userId = await store(orders);
      const whole = inOrder(orders, status);
      const seen: string[] = [];
      let page = await list(userId, { first: size, status });
      for (;;) {
        const place = seen.length;
        for (const [index, { cursor }] of page.edges.entries()) {
          const rest = await list(userId, { first: 100, after: cursor, status });
          expect(idsOf(rest)).toEqual(whole.slice(place + index + 1));
        }
        seen.push(...idsOf(page));
        expect(page.pageInfo.hasNextPage).toBe(seen.length < whole.length);
        if (!page.pageInfo.hasNextPage) break;
        page = await list(userId, { first: size, after: page.pageInfo.endCursor, status });
      }
      expect(seen).toEqual(whole);
      expect(await page.countAll()).toBe(whole.length);
    }),
  );

  const anyCursor = fc.oneof(
    fc.string(),
    fc.json().map((json) => Buffer.from(json).toString('base64url')),
    fc.tuple(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.uuid()).map(encodeCursor),
    fc.tuple(fc.maxSafeInteger(), fc.uuid()).map(encodeCursor),
  );

  itHolds(
    'begin behind any cursor of this list, and whatever is none is a bad request',
    100,
    fc.asyncProperty(anyCursor, async (after) => {
      const page = await list(randomUUID(), { first: 5, after }).catch((error: unknown) => error);
      if (!(page instanceof Error)) return;
      expect(page).toBeInstanceOf(Fault);
      expect((page as Fault).extensions['code']).toBe('BAD_REQUEST');
    }),
  );
});
