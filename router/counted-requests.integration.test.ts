import { expect, it } from 'vitest';
import type { Logger } from '../platform/logger.ts';
import { captureLog } from '../tests/harness/captured-log.ts';
import { useStores } from '../tests/harness/stores.ts';
import type { TestRouter } from './testing/router.ts';
import { useRouterSurroundings } from './testing/use-router.ts';

const stores = useStores();
const { start: startRouter } = useRouterSurroundings({
  stores,
  subgraphs: ['product'],
  settings: { RATE_LIMIT_PER_ADDRESS: '3/h' },
});

let prefixes = 0;
const start = (settings: Record<string, string> = {}, logger?: Logger): Promise<TestRouter> =>
  startRouter({ REDIS_PREFIX: `${stores.redisPrefix}${prefixes++}:`, ...settings }, logger);

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
  expect((await router.execute({ query: '{ serverTime }' })).status).toBe(429);
});

it('health checks and preflights do not', async () => {
  const router = await start();
  for (let n = 0; n < 5; n++) {
    expect((await fetch(`${router.url}/health/live`)).status).toBe(200);
    expect((await fetch(`${router.url}/health/ready`)).status).not.toBe(429);
    for (const path of ['/graphql', '/live/stock'])
      expect((await fetch(router.url + path, { method: 'OPTIONS' })).status).toBe(204);
  }
  expect((await router.execute({ query: '{ serverTime }' })).status).toBe(200);
});

const PING = { query: '{ serverTime }' };
const statuses = async (router: TestRouter, headers: (n: number) => Record<string, string>) => {
  const seen: number[] = [];
  for (let n = 0; n < 4; n++) seen.push((await router.execute({ ...PING, headers: headers(n) })).status);
  return seen;
};

it('a client that names another address in each request is counted as one, and the log says once what to set behind a proxy', async () => {
  const { logger, lines } = captureLog({ level: 'warn' });
  const router = await start({}, logger);
  const forged = (n: number) => ({ 'x-forwarded-for': `203.0.113.${n}`, forwarded: `for=203.0.113.${n}` });
  expect(await statuses(router, forged)).toEqual([200, 200, 200, 429]);
  expect(lines.filter((line) => line.includes('TRUSTED_PROXIES'))).toHaveLength(1);
});

it.each<[what: string, settings: Record<string, string>, headers: (n: number) => Record<string, string>]>([
  [
    'before the entry of our proxy',
    {},
    (n) => ({ 'x-forwarded-for': `203.0.113.${n}, 198.51.100.7:${4000 + n}` }),
  ],
  [
    'in the header that our proxy does not write',
    {},
    (n) => ({ 'x-forwarded-for': '198.51.100.7', forwarded: `for=203.0.113.${n}` }),
  ],
  [
    'in front of the element of our proxy',
    { TRUSTED_PROXIES_HEADER: 'forwarded' },
    (n) => ({
      'x-forwarded-for': `203.0.113.${n}`,
      forwarded: `for="203.0.113.${n};x=", for="198.51.100.7:80"`,
    }),
  ],
])('a client that names other addresses %s is counted as one', async (_what, settings, headers) => {
  const router = await start({ TRUSTED_PROXIES: '1', ...settings });
  expect(await statuses(router, headers)).toEqual([200, 200, 200, 429]);
});
