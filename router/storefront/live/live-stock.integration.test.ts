import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { EventStream } from '../../../tests/harness/event-stream.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';
import { routerForThisTest, startTestRouter, type TestRouter } from '../../testing/router.ts';
import { idOf, onSale, openFakeShop, type FakeShop } from '../../testing/fake-shop.ts';

const stores = useStores();
const redisSettings = { REDIS_URL: stores.redisUrl, REDIS_PREFIX: stores.redisPrefix };
let shop: FakeShop;
let router: TestRouter;
let publisher: Redis;
const streams: EventStream[] = [];

beforeAll(async () => {
  shop = await openFakeShop();
  publisher = new Redis(stores.redisUrl);
  router = await startTestRouter({ ...shop.urls, ...redisSettings });
  await waitUntil('the router to listen', isHeard);
});
afterEach(() => {
  for (const stream of streams.splice(0)) stream.close();
});
afterAll(async () => {
  await router.close();
  await shop.close();
  publisher.disconnect();
});

async function isHeard(): Promise<boolean> {
  return (await publisher.publish(`${stores.redisPrefix}stock-changes`, 'hello')) === 1;
}

async function watch(ids: string[], headers = {}, url = router.url): Promise<EventStream> {
  const stream = await EventStream.open(url, ids, headers);
  streams.push(stream);
  return stream;
}

async function announce(productId: string, sold: number, asOf = Date.now()): Promise<void> {
  const news = { productId, total: 100, sold, reserved: 0, remaining: 100 - sold, asOf };
  await publisher.publish(`${stores.redisPrefix}stock-changes`, JSON.stringify(news));
}

const soldOn = (stream: EventStream, sold: number) =>
  waitUntil(
    `${sold} sold`,
    () => stream.last?.stock?.sold,
    (last) => last === sold,
  );

it('begins with the state as the subgraphs have it, at once', async () => {
  shop.products.set(idOf('first'), { ...onSale(7), purchaseLimit: 2 });
  const stream = await watch([idOf('first')]);
  await soldOn(stream, 7);
  expect(stream.response.headers).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store, no-transform',
  });
  expect(stream.text).toMatch(/^retry: \d{4}\n\n/);
  expect(stream.last).toEqual({
    productId: idOf('first'),
    status: 'OPEN',
    opensAt: '2026-01-01T00:00:00.000Z',
    closesAt: null,
    purchaseLimit: 2,
    stock: {
      total: 100,
      sold: 7,
      reserved: 0,
      remaining: 93,
      soldOut: false,
      asOf: shop.products.get(idOf('first'))!.stock!.asOf.toISOString(),
    },
    serverTime: expect.stringMatching(/^20\d\d-.*Z$/) as string,
  });
});

it('sends what is published, a few times a second and the last always', async () => {
  shop.products.set(idOf('rush'), onSale());
  const stream = await watch([idOf('rush')]);
  await soldOn(stream, 0);
  const begun = Date.now();
  for (let sold = 1; sold <= 100; sold++) await announce(idOf('rush'), sold);
  await soldOn(stream, 100);
  expect(stream.last?.stock).toMatchObject({ remaining: 0, soldOut: true });
  expect(stream.events.length).toBeLessThanOrEqual(3 + 4 * ((Date.now() - begun) / 1_000));
});

it('does not go back to older numbers', async () => {
  shop.products.set(idOf('ordered'), onSale(3, new Date()));
  const stream = await watch([idOf('ordered')]);
  await soldOn(stream, 3);
  await announce(idOf('ordered'), 2, Date.now() - 1_000);
  await announce(idOf('ordered'), 5);
  await soldOn(stream, 5);
  expect(stream.events.map(({ data }) => data.stock?.sold)).toEqual([3, 5]);
});

it('sends a client that comes back only what is new, of each of the products', async () => {
  shop.products.set(idOf('a'), onSale(1));
  shop.products.set(idOf('b'), onSale(2));
  const before = await watch([idOf('a'), idOf('b')]);
  await waitUntil('both', () => before.events.length === 2);

  const { lastEventId } = before;
  const same = await watch([idOf('a'), idOf('b')], { 'last-event-id': lastEventId });
  await waitUntil('the stream to begin', () => same.text.includes('retry'));
  expect(same.events).toEqual([]);

  await announce(idOf('b'), 3);
  await soldOn(same, 3);
  const late = await watch([idOf('a'), idOf('b')], { 'last-event-id': lastEventId });
  await soldOn(late, 3);
  expect(late.events.map(({ data }) => data.productId)).toEqual([idOf('b')]);
});

it('opens and closes the sale on time, by the clock of the server', async () => {
  const opensAt = Date.now() + 600;
  shop.products.set(idOf('soon'), {
    ...onSale(),
    status: 'UPCOMING',
    opensAt: new Date(opensAt),
    closesAt: new Date(opensAt + 500),
  });
  const stream = await watch([idOf('soon')]);
  await waitUntil('the end', () => stream.last?.status === 'CLOSED');
  expect(stream.events.map(({ data }) => data.status)).toEqual(['UPCOMING', 'OPEN', 'CLOSED']);
  for (const [index, due] of [opensAt, opensAt + 500].entries()) {
    const { data, at } = stream.events[index + 1]!;
    expect(Date.parse(data.serverTime)).toBeGreaterThanOrEqual(due);
    expect(at - due).toBeLessThan(400);
  }
});

it('reads a product once for all who come at the same time', async () => {
  shop.products.set(idOf('shared'), onSale());
  const before = shop.readings();
  const many = await Promise.all(Array.from({ length: 50 }, () => watch([idOf('shared')])));
  await Promise.all(many.map((stream) => soldOn(stream, 0)));
  expect(shop.readings() - before).toBe(1);
});

it('refuses in JSON, before the stream begins', async () => {
  shop.products.set(idOf('known'), onSale());
  const execute = async (query: string, method = 'GET') => {
    const response = await fetch(`${router.url}/live/stock${query}`, { method });
    const body = (await response.json()) as { errors: [{ extensions: { code: string } }] };
    return [response.status, body.errors[0].extensions.code];
  };
  expect(await execute(`?productId=${idOf('known')}&productId=${idOf('unknown')}`)).toEqual([
    404,
    'NOT_FOUND',
  ]);
  expect(await execute('')).toEqual([400, 'BAD_REQUEST']);
  expect(await execute('?productId=%0A')).toEqual([400, 'BAD_REQUEST']);
  expect(await execute('?productId=known')).toEqual([400, 'BAD_REQUEST']);
  const tooMany = Array.from({ length: 21 }, (_, index) => `productId=${idOf(String(index))}`).join('&');
  expect(await execute(`?${tooMany}`)).toEqual([400, 'BAD_REQUEST']);
  expect(await execute(`?productId=${idOf('known')}`, 'POST')).toEqual([405, 'METHOD_NOT_ALLOWED']);
});

it('refuses when the subgraphs do not answer', async () => {
  const alone = await routerForThisTest(redisSettings);
  const response = await fetch(`${alone.url}/live/stock?productId=${idOf('known')}`);
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
});

it('lets pages of allowed origins listen', async () => {
  shop.products.set(idOf('known'), onSale());
  const controller = new AbortController();
  const response = await fetch(`${router.url}/live/stock?productId=${idOf('known')}`, {
    headers: { origin: 'http://localhost:3000' },
    signal: controller.signal,
  });
  expect(response.headers.get('access-control-allow-origin')).toBe('http://localhost:3000');
  controller.abort();
});

it('admits so many, and releases a place at once', async () => {
  shop.products.set(idOf('known'), onSale());
  const small = await routerForThisTest({
    ...shop.urls,
    ...redisSettings,
    MAX_LIVE_CLIENTS: '3',
    MAX_LIVE_CLIENTS_PER_ADDRESS: '2',
    TRUSTED_PROXIES: '1',
  });
  const from = (address: string) => watch([idOf('known')], { 'x-forwarded-for': address }, small.url);
  const first = await from('10.0.0.1');
  await from('10.0.0.1');
  await expect(from('10.0.0.1')).rejects.toThrow('HTTP 429');
  await from('10.0.0.2');
  await expect(from('10.0.0.3')).rejects.toThrow('HTTP 503');
  first.close();
  await waitUntil('the place of the first', () =>
    from('10.0.0.1').then(
      () => true,
      () => false,
    ),
  );
});

it('ends its streams when it stops, so that clients go elsewhere', async () => {
  shop.products.set(idOf('known'), onSale());
  const ending = await startTestRouter({ ...shop.urls, ...redisSettings });
  const stream = await watch([idOf('known')], {}, ending.url);
  const begun = performance.now();
  await ending.close();
  expect(performance.now() - begun).toBeLessThan(2_000);
  await waitUntil('the stream to end', () => stream.hasEnded);
  expect(stream.response.complete).toBe(true);
});
