import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useOrderTestBed } from '../testing/order-test-bed.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';

interface News {
  readonly productId: string;
  readonly total: number;
  readonly sold: number;
  readonly reserved: number;
  readonly remaining: number;
  readonly asOf: number;
}

const stores = useStores();
let listener: Redis;
let received: News[] = [];

beforeAll(async () => {
  listener = new Redis(stores.redisUrl);
  listener.on('message', (_channel, text) => received.push(JSON.parse(text) as News));
  await listener.subscribe(`${stores.redisPrefix}stock-changes`);
});
beforeEach(() => {
  received = [];
});
afterAll(() => {
  listener.disconnect();
});

const lastOf = (productId: string) =>
  waitUntil('news of the product', () => received.filter((news) => news.productId === productId).at(-1));

describe.each(['atomic', 'lock', 'row'])('with the strategy %s', (strategy) => {
  const bed = useOrderTestBed(stores, { environment: { STOCK_STRATEGY: strategy } });

  it('a restock and a purchase are announced, in numbers as they are afterwards', async () => {
    const product = await bed.sell({ units: 5 });
    expect(await lastOf(product)).toMatchObject({ total: 5, sold: 0, remaining: 5 });
    await bed.buy(product, { quantity: 2 });
    await waitUntil(
      'the purchase to be announced',
      () => received.at(-1),
      (news) => news?.sold === 2,
    );
    expect(received.at(-1)).toMatchObject({
      productId: product,
      total: 5,
      sold: 2,
      reserved: 0,
      remaining: 3,
    });
  });

  it('a rush is announced a few times a second, and its end always', async () => {
    const product = await bed.sell({ units: 100 });
    const begun = performance.now();
    await Promise.all(Array.from({ length: 60 }, () => bed.buy(product)));
    await waitUntil(
      'the end to be announced',
      () => received.at(-1),
      (news) => news?.sold === 60 && news.reserved === 0,
    );
    const seconds = (performance.now() - begun) / 1_000;
    expect(received.length).toBeLessThanOrEqual(2 + 4 * (seconds + 1));
    const times = received.map(({ asOf }) => asOf);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });
});
