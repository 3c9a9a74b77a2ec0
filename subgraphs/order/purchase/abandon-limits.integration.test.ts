import { randomUUID } from 'node:crypto';
import type { RowDataPacket } from 'mysql2/promise';
import { expect, it } from 'vitest';
import { uuidToBytes } from '../../../platform/uuid.ts';
import { deriveOrderId } from '../orders/order-id.ts';
import { Buyer } from '../testing/order-buyer.ts';
import { useOrderTestBed } from '../testing/order-test-bed.ts';
import { countAnswers, newKey } from '../../../tests/harness/shop.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import { buyer } from '../../../tests/harness/subgraph-call.ts';

const LIMIT = 5;
const bed = useOrderTestBed(useStores(), { environment: { MAX_TOMBSTONES_PER_USER: String(LIMIT) } });

interface Answer {
  readonly __typename: string;
  readonly retryAfterMs?: number;
}

async function abandon(userId: string, key = newKey()): Promise<Answer> {
  const reply = await bed.execute(
    `mutation ($input: AbandonPurchaseInput!) {
      abandonPurchase(input: $input) { __typename ... on OutcomeUnknown { retryAfterMs } }
    }`,
    { input: { idempotencyKey: key } },
    { caller: buyer(userId) },
  );
  return reply.data?.['abandonPurchase'] as Answer;
}

async function rowsOf(userId: string): Promise<number> {
  const [[row]] = await bed.pool.query<(RowDataPacket & { n: number })[]>(
    'SELECT COUNT(*) AS n FROM orders WHERE user_id = ?',
    [uuidToBytes(userId)],
  );
  return row!.n;
}

it('an account may abandon so many purchases at a time, and writes no row beyond that', async () => {
  const userId = randomUUID();
  const answers: Answer[] = [];
  for (let n = 0; n < 3 * LIMIT; n++) answers.push(await abandon(userId));
  expect(countAnswers(answers)).toEqual({ PurchaseAbandoned: LIMIT, OutcomeUnknown: 2 * LIMIT });
  expect(answers.at(-1)!.retryAfterMs).toBeGreaterThanOrEqual(10_000);
  expect(await rowsOf(userId)).toBe(LIMIT);
  expect(await abandon(randomUUID())).toEqual({ __typename: 'PurchaseAbandoned' });
});

it('what stands under a key is the answer beyond the limit, too', async () => {
  const userId = randomUUID();
  const [bought, given, open] = [newKey(), newKey(), newKey()];
  const product = await bed.sell();
  await bed.buy(product, { userId, key: bought });
  await abandon(userId, given);
  while ((await abandon(userId)).__typename === 'PurchaseAbandoned');

  expect(await abandon(userId, bought)).toEqual({ __typename: 'PurchaseConfirmed' });
  expect(await abandon(userId, given)).toEqual({ __typename: 'PurchaseAbandoned' });
  expect((await abandon(userId, open)).__typename).toBe('OutcomeUnknown');
  // The limit is for giving up alone: it refuses no purchase.
  expect(await bed.buy(product, { userId, key: open })).toMatchObject({ __typename: 'PurchaseConfirmed' });
  expect(await abandon(userId, open)).toEqual({ __typename: 'PurchaseConfirmed' });
});

it('purchases that the shop itself aborts get tombstones beyond the limit, too', async () => {
  const userId = randomUUID();
  while ((await abandon(userId)).__typename === 'PurchaseAbandoned');
  const { tombstones } = (await bed.services()).services;
  const orderId = deriveOrderId(userId, newKey());
  expect(await tombstones.settle({ orderId, userId })).toEqual({ kind: 'tombstone' });
});

it('an account may begin a thousand checkouts within a day', async () => {
  const [product, shopper] = [await bed.sell({ units: 0 }), new Buyer(bed)];
  await shopper.add(product);
  expect(await shopper.checkout()).toMatchObject({ __typename: 'SoldOut' });
  await bed.pool.query('INSERT INTO wishlist_checkout (order_id, items, started_at, user_id) VALUES ?', [
    Array.from({ length: 999 }, () => [
      uuidToBytes(randomUUID()),
      '[]',
      new Date(),
      uuidToBytes(shopper.userId),
    ]),
  ]);
  expect(await shopper.checkout()).toMatchObject({ __typename: 'Busy' });

  const { retention } = (await bed.services({ environment: { CHECKOUT_RETENTION: 0 } })).services;
  await retention.run();
  expect(await shopper.checkout()).toMatchObject({ __typename: 'SoldOut' });
});
