import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { EventStream } from '../../../tests/harness/event-stream.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';
import { openConnection } from '../../../tests/harness/raw-connection.ts';
import { routerForThisTest, type TestRouter } from '../../testing/router.ts';
import { idOf, onSale, openFakeShop, type FakeShop } from '../../testing/fake-shop.ts';

const stores = useStores();
const KNOWN = idOf('known');
let shop: FakeShop;

beforeAll(async () => {
  shop = await openFakeShop();
  shop.products.set(KNOWN, onSale());
});
afterAll(() => shop.close());

const startRouter = (settings: Readonly<Record<string, string>> = {}): Promise<TestRouter> =>
  routerForThisTest({
    ...shop.urls,
    REDIS_URL: stores.redisUrl,
    REDIS_PREFIX: stores.redisPrefix,
    TRUSTED_PROXIES: '1',
    ...settings,
  });

/** @returns `open`, or `HTTP <status>` */
async function tryToWatch(router: TestRouter, address: string, ids: readonly string[] = [KNOWN]) {
  try {
    const stream = await EventStream.open(router.url, ids, { 'x-forwarded-for': address });
    onTestFinished(() => stream.close());
    return 'open';
  } catch (error) {
    return (error as Error).message;
  }
}

const request = (id: string) =>
  `GET /live/stock?productId=${id} HTTP/1.1\r\nhost: shop\r\nx-forwarded-for: 10.0.0.1\r\n\r\n`;

it('takes one place for a connection with many requests, and none once it is gone', async () => {
  const router = await startRouter({ MAX_LIVE_CLIENTS_PER_ADDRESS: '3' });
  const connection = await openConnection(router.url, request(KNOWN).repeat(3));
  await waitUntil('the stream', () => connection.said.includes('event: stock'));
  expect(await tryToWatch(router, '10.0.0.1')).toBe('open');
  expect(await tryToWatch(router, '10.0.0.1')).toBe('open');
  expect(await tryToWatch(router, '10.0.0.1')).toBe('HTTP 429');
  connection.socket.destroy();
  await waitUntil(
    'its place',
    () => tryToWatch(router, '10.0.0.1'),
    (result) => result === 'open',
  );
});

it('counts the streams of an IPv6 network together', async () => {
  const router = await startRouter({ MAX_LIVE_CLIENTS_PER_ADDRESS: '2' });
  expect(await tryToWatch(router, '2001:db8:1:1::1')).toBe('open');
  expect(await tryToWatch(router, '2001:db8:1:1::2')).toBe('open');
  expect(await tryToWatch(router, '2001:db8:1:1::3')).toBe('HTTP 429');
  expect(await tryToWatch(router, '2001:db8:1:2::1')).toBe('open');
});

it('lets many clients behind one address watch, and counts them by nothing but their streams', async () => {
  const router = await startRouter();
  const results = await Promise.all(Array.from({ length: 300 }, () => tryToWatch(router, '10.0.0.1')));
  expect(new Set(results)).toEqual(new Set(['open']));
  expect(await tryToWatch(router, '10.0.0.2')).toBe('open');
});

it('gives places of the network with the most streams to others, the newest first, while it has more than they', async () => {
  const router = await startRouter({ MAX_LIVE_CLIENTS: '8' });
  const watch = async (address: string) => {
    const stream = await EventStream.open(router.url, [KNOWN], { 'x-forwarded-for': address });
    onTestFinished(() => stream.close());
    await waitUntil('its state', () => stream.events.length === 1);
    return stream;
  };
  const greedy: EventStream[] = [];
  while (greedy.length < 6) greedy.push(await watch('10.0.0.1'));
  expect(await tryToWatch(router, '10.0.0.1')).toBe('HTTP 429');
  const others: EventStream[] = [];
  while (others.length < 6) others.push(await watch(`10.0.0.${10 + others.length}`));
  await waitUntil('the newest to end', () => greedy.slice(2).every(({ hasEnded }) => hasEnded));
  expect([...greedy.slice(0, 2), ...others].some(({ hasEnded }) => hasEnded)).toBe(false);
  expect(await tryToWatch(router, '10.0.0.99')).toBe('HTTP 503');
  expect(await tryToWatch(router, '10.0.0.1')).toBe('HTTP 503');
  others[0]!.close();
  await waitUntil(
    'its place',
    () => tryToWatch(router, '10.0.0.99'),
    (result) => result === 'open',
  );
});

it('takes every spelling of an id for the same product, and sends its changes', async () => {
  const router = await startRouter();
  const publisher = new Redis(stores.redisUrl);
  onTestFinished(() => publisher.disconnect());
  const announce = (productId: string) => {
    const news = { productId, total: 100, sold: 1, reserved: 0, remaining: 99, asOf: Date.now() };
    return publisher.publish(`${stores.redisPrefix}stock-changes`, JSON.stringify(news));
  };
  // What is watched when the router begins to listen is read once more.
  await waitUntil('the router to listen', () => announce(randomUUID()));

  const before = shop.readings();
  const stream = await EventStream.open(router.url, [KNOWN.toUpperCase(), KNOWN]);
  onTestFinished(() => stream.close());
  await waitUntil('the state', () => stream.events.length === 1);
  expect(stream.last?.productId).toBe(KNOWN);
  expect(shop.readings() - before).toBe(1);

  await announce(KNOWN);
  await waitUntil('the news', () => stream.last?.stock?.sold === 1);
});

it('lets one network watch so many products, and others theirs', async () => {
  const router = await startRouter();
  const ids = Array.from({ length: 220 }, () => randomUUID());
  for (const id of ids) shop.products.set(id, onSale());
  const results: string[] = [];
  for (let from = 0; from < ids.length; from += 20)
    results.push(await tryToWatch(router, '10.0.0.1', ids.slice(from, from + 20)));
  expect(results).toEqual([...Array<string>(10).fill('open'), 'HTTP 429']);
  expect(await tryToWatch(router, '10.0.0.1', ids.slice(0, 20))).toBe('open');
  expect(await tryToWatch(router, '10.0.0.2', ids.slice(200))).toBe('open');
});
