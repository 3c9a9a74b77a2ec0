import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { useOwnRedis } from '../harness/own-redis.ts';
import {
  countAnswers,
  newKey,
  openSale,
  purchase,
  purchaseToTheEnd,
  readStock,
  type Answer,
} from '../harness/shop.ts';
import { useStack } from '../harness/stack.ts';
import { useStores } from '../harness/stores.ts';
import { waitUntil } from '../harness/wait-until.ts';

const { redis, stores } = useOwnRedis(useStores());
const stack = useStack(stores, { processes: { order: 2 } });

/** 1,000 buyers for 400 units, in waves of 100 at a time; `strike` falls into the middle of it. */
async function rushThrough(strike: () => Promise<void>) {
  const product = await openSale(stack, { units: 400 });
  const buyers = Array.from({ length: 1_000 }, () => ({ token: stack.mint.buyer(), key: newKey() }));
  const first: Answer[] = [];
  const final: Answer[] = [];
  let next = 0;
  const strikes: Promise<void>[] = [];

  async function buyOneAfterAnother(): Promise<void> {
    for (let i = next++; i < buyers.length; i = next++) {
      const { token, key } = buyers[i]!;
      first[i] = await purchase(stack, product, token, key);
      if (i >= 150 && strikes.length === 0) strikes.push(strike());
      final[i] = isFinal(first[i]!) ? first[i]! : await purchaseToTheEnd(stack, product, token, key);
    }
  }
  await Promise.all(Array.from({ length: 100 }, buyOneAfterAnother));
  await Promise.all(strikes);
  return { product, buyers, first, final };
}

const isFinal = ({ __typename }: Answer) => ['PurchaseConfirmed', 'SoldOut'].includes(__typename);

async function expectExact({ product, buyers, first, final }: Awaited<ReturnType<typeof rushThrough>>) {
  expect(countAnswers(final)).toEqual({ PurchaseConfirmed: 400, SoldOut: 600 });
  for (const kind of Object.keys(countAnswers(first))) {
    expect(['PurchaseConfirmed', 'SoldOut', 'Busy', 'OutcomeUnknown']).toContain(kind);
  }
  // Nobody who was told yes has lost the order, and nobody is told anything else later.
  const again = await Promise.all(buyers.map(({ token, key }) => purchase(stack, product, token, key)));
  expect(again.map(({ order }) => order?.id)).toEqual(final.map(({ order }) => order?.id));
  await waitUntil(
    'every reservation to be settled',
    () => readStock(stack, product),
    ({ reserved }) => reserved === 0,
  );
  expect(await readStock(stack, product)).toEqual({ total: 400, sold: 400, reserved: 0, remaining: 0 });
}

describe('Redis loses everything in the middle of a sale', () => {
  it('by FLUSHALL: some are told Busy for a moment, none that all is sold while it is not, and the end is exact', async () => {
    const client = new Redis(redis.url);
    await expectExact(await rushThrough(async () => void (await client.flushall())));
    client.disconnect();
  });

  it('by FLUSHALL again and again', async () => {
    const client = new Redis(redis.url);
    const result = rushThrough(async () => {
      for (let i = 0; i < 5; i++) {
        await client.flushall();
        await client.ping();
      }
    });
    await expectExact(await result);
    client.disconnect();
  });

  it('by being killed and started again empty', async () => {
    await expectExact(
      await rushThrough(async () => {
        await redis.kill();
        await redis.start();
      }),
    );
  });
});
