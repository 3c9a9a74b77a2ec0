import { afterAll, beforeAll, expect, it } from 'vitest';
import { useStores } from '../tests/harness/stores.ts';
import { routerForThisTest, type TestRouter } from './testing/router.ts';
import { startTestSubgraph, type TestSubgraph } from './testing/subgraphs.ts';

const stores = useStores();
let product: TestSubgraph;
beforeAll(async () => {
  product = await startTestSubgraph('product');
});
afterAll(() => product.close(100));

let prefixes = 0;
const start = (): Promise<TestRouter> =>
  routerForThisTest({
    PRODUCT_URL: product.graphqlUrl,
    REDIS_URL: stores.redisUrl,
    REDIS_PREFIX: `${stores.redisPrefix}${prefixes++}:`,
    RATE_LIMIT_PER_ADDRESS: '3/h',
  });

const BODY = JSON.stringify({ query: '{ serverTime }' });
const JSON_TYPE = { 'content-type': 'application/json' };
const bad: Record<string, [path: string, init: RequestInit]> = {
  'a time-out that is none': [
    '/graphql',
    { method: 'POST', headers: { ...JSON_TYPE, 'x-request-timeout': '0' }, body: BODY },
  ],
  'a body of another type': ['/graphql', { method: 'POST', body: BODY }],
  'a stream of what there is not': ['/live/stock?productId=nothing', {}],
  'a stream with a method that there is not': ['/live/stock', { method: 'DELETE' }],
  'a page': ['/pages/sale.css', {}],
  'a path that there is not': ['/admin', {}],
};

it.each(Object.entries(bad))('%s counts', async (_, [path, init]) => {
  const router = await start();
  for (let n = 0; n < 3; n++) expect((await fetch(router.url + path, init)).status).not.toBe(429);
  const refused = await fetch(router.url + path, init);
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await router.ask({ query: '{ serverTime }' })).status).toBe(429);
});

it('health checks, and what a browser asks beforehand, do not', async () => {
  const router = await start();
  for (let n = 0; n < 5; n++) {
    expect((await fetch(`${router.url}/health/live`)).status).toBe(200);
    expect((await fetch(`${router.url}/health/ready`)).status).not.toBe(429);
    for (const path of ['/graphql', '/live/stock'])
      expect((await fetch(router.url + path, { method: 'OPTIONS' })).status).toBe(204);
  }
  expect((await router.ask({ query: '{ serverTime }' })).status).toBe(200);
});
