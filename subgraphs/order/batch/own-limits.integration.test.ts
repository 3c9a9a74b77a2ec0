import { randomUUID } from 'node:crypto';
import { createConnection } from 'mysql2/promise';
import { expect, it, vi } from 'vitest';
import { useOrderTestBed } from '../testing/order-test-bed.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import type { PendingOrder } from '../orders/pending-order.ts';
import { writeOrders } from './write-orders.ts';

const stores = useStores();
const bed = useOrderTestBed(stores);

interface Wanted {
  readonly id?: string;
  readonly userId?: string;
  readonly limit?: number;
  readonly quantity?: number;
}

let seq = 1_000;
async function pendingOrder(
  products: readonly string[],
  { id = randomUUID(), userId = randomUUID(), limit, quantity = 1 }: Wanted = {},
): Promise<PendingOrder> {
  const items = [];
  for (const productId of products) {
    const { epoch } = await bed.ledger(productId);
    const line = { productId, productName: 'Lucky box', quantity, unitPrice: 1, currency: 'KRW' };
    items.push({ ...line, epoch, seq: ++seq });
  }
  return {
    order: {
      id,
      userId,
      status: 'PENDING_PAYMENT',
      items,
      totalAmount: 1,
      currency: 'KRW',
      shippingAddress: null,
    },
    requestHash: Buffer.alloc(16),
    limits: new Map(limit === undefined ? [] : products.map((productId) => [productId, limit])),
    paymentTimeoutMs: 60_000,
  };
}

it('a text in an order is a value and nothing else, and its times are those that are answered', async () => {
  const product = await bed.sell({ units: 2 });
  const { services } = await bed.services();
  const productName = "'); DELETE FROM stock; -- \\'); ROLLBACK; ? @writing_time";
  const wanted = await pendingOrder([product]);
  const items = wanted.order.items.map((item) => ({ ...item, productName }));
  const result = await services.batch.submit({ ...wanted, order: { ...wanted.order, items } });
  expect(result).toMatchObject({ kind: 'ordered', order: { items: [{ productName }] } });
  expect(await services.lookup.find(wanted.order.id)).toMatchObject({
    order: (result as { readonly order: object }).order,
  });
  expect(await bed.ledger(product)).toMatchObject({ sold: 1, orders: 1 });
});

it('a limit that is raised between two purchases of a buyer in one batch lets both through', async () => {
  const [product, userId] = [await bed.sell({ units: 20 }), randomUUID()];
  const [smaller, larger] = [randomUUID(), randomUUID()].sort();
  const { services } = await bed.services();
  // Whichever of the two comes last by its id.
  const before = await pendingOrder([product], { id: larger!, userId, limit: 1 });
  const after = await pendingOrder([product], { id: smaller!, userId, limit: 5 });
  const another = await pendingOrder([product], { limit: 5 });
  const results = await Promise.all([before, after, another].map((one) => services.batch.submit(one)));
  expect(results.map(({ kind }) => kind)).toEqual(['ordered', 'ordered', 'ordered']);

  const tooMuch = await pendingOrder([product], { userId, limit: 2 });
  const fits = await pendingOrder([product], { limit: 2 });
  const [refused, ordered] = await Promise.all([tooMuch, fits].map((one) => services.batch.submit(one)));
  expect(refused).toEqual({ kind: 'overLimit', productId: product, held: 2 });
  expect(ordered).toMatchObject({ kind: 'ordered' });
});

it('a batch takes two round trips, however many products it has, and is all or nothing', async () => {
  const url = new URL(stores.mysqlUrl);
  url.pathname += '_order';
  const connection = await createConnection({
    uri: url.href,
    charset: 'utf8mb4_bin',
    multipleStatements: true,
  });
  await connection.query('SET SESSION autocommit = 0');
  const query = vi.spyOn(connection, 'query');
  const write = async (pendingOrders: readonly PendingOrder[]) => {
    query.mockClear();
    const { kind } = await writeOrders(connection, pendingOrders);
    return { kind, roundTrips: query.mock.calls.length };
  };
  const products: string[] = [];
  for (let i = 0; i < 8; i++) products.push(await bed.sell({ units: 3 }));
  const alone = await write([await pendingOrder([products[0]!])]);
  const together = [];
  for (const product of products.slice(1)) together.push(await pendingOrder([product]));
  together.push(await pendingOrder([products[1]!, products[2]!]));
  expect(alone).toEqual({ kind: 'committed', roundTrips: 2 });
  expect(await write(together)).toEqual(alone);
  for (const [product, sold] of products.map((one, i) => [one, i === 1 || i === 2 ? 2 : 1] as const))
    expect(await bed.ledger(product)).toMatchObject({ sold });

  const tooMany = await pendingOrder([products[3]!], { quantity: 3 });
  const fits = await pendingOrder([products[4]!]);
  expect(await write([tooMany, fits])).toMatchObject({ kind: 'notSold' });
  const stale = await pendingOrder([products[3]!]);
  const [item] = stale.order.items;
  const ofAnotherEpoch = {
    ...stale,
    order: { ...stale.order, items: [{ ...item!, epoch: item!.epoch + 1 }] },
  };
  expect(await write([ofAnotherEpoch, fits])).toMatchObject({ kind: 'notSold' });
  for (const product of [products[3]!, products[4]!])
    expect(await bed.ledger(product)).toMatchObject({ sold: 1, orders: 1 });
  await connection.end();
});
