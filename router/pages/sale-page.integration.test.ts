import { afterAll, beforeAll, expect, it } from 'vitest';
import { useStores } from '../../tests/harness/stores.ts';
import { startTestRouter, routerForThisTest, type TestRouter } from '../testing/router.ts';

const stores = useStores();
const redisSettings = { REDIS_URL: stores.redisUrl, REDIS_PREFIX: stores.redisPrefix };
const PRODUCTION = { NODE_ENV: 'production' };
let router: TestRouter;

beforeAll(async () => {
  router = await startTestRouter(redisSettings);
});
afterAll(() => router.close());

it('is the same page for every product, with files of its own and nothing else', async () => {
  const response = await fetch(`${router.url}/sale/0198c0de-0000-7000-8000-000000000001`);
  const html = await response.text();
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self'; /);
  expect(html).not.toMatch(/https?:|style=|\son\w+=|<script(?![^>]*src=)/);

  const parts = [...html.matchAll(/(?:src|href)="(\/pages\/[^"]+)"/g)].map(([, path]) => path!);
  expect(parts.length).toBeGreaterThan(3);
  for (const path of parts) expect([path, (await fetch(router.url + path)).status]).toEqual([path, 200]);
});

it('has one address for a product, however its id is spelled', async () => {
  const response = await fetch(`${router.url}/sale/urn:uuid:0198C0DE-0000-7000-8000-00000000000A`);
  expect([response.status, response.redirected, response.url]).toEqual([
    200,
    true,
    `${router.url}/sale/0198c0de-0000-7000-8000-00000000000a`,
  ]);
});

it('has every module that its modules import', async () => {
  const seen = new Set<string>();
  const toRead = ['/pages/sale.mjs'];
  for (let path = toRead.pop(); path !== undefined; path = toRead.pop()) {
    seen.add(path);
    const response = await fetch(router.url + path);
    expect([path, response.status, response.headers.get('content-type')]).toEqual([
      path,
      200,
      'text/javascript; charset=utf-8',
    ]);
    for (const [, name] of (await response.text()).matchAll(/from '\.\/([^']+)'/g))
      if (!seen.has(`/pages/${name}`)) toRead.push(`/pages/${name}`);
  }
  expect(seen.size).toBeGreaterThan(5);
});

it('is not sent again while it has not changed', async () => {
  const { headers } = await fetch(`${router.url}/pages/sale.css`);
  const again = await fetch(`${router.url}/pages/sale.css`, {
    headers: { 'if-none-match': headers.get('etag')! },
  });
  expect(again.status).toBe(304);
});

it('gives no other file away', async () => {
  for (const path of [
    '/pages/sale.html',
    '/pages/sale-page.ts',
    '/pages/..%2fconfig.ts',
    '/sale/',
    '/sale/a/b',
  ])
    expect([path, (await fetch(router.url + path)).status]).toEqual([path, 404]);
});

it('is off in production unless asked for, and then names no account', async () => {
  const off = await routerForThisTest({ ...redisSettings, ...PRODUCTION });
  expect((await fetch(`${off.url}/sale/1`)).status).toBe(404);
  expect((await fetch(`${off.url}/pages/sale.mjs`)).status).toBe(404);
  const on = await routerForThisTest({ ...redisSettings, ...PRODUCTION, SALE_PAGE: 'on', PLAYGROUND: 'on' });
  expect(await (await fetch(`${on.url}/sale/1`)).text()).not.toContain('firstcome.example');
  const playground = await (await fetch(`${on.url}/`)).text();
  expect(playground.slice(0, playground.indexOf('<div id="root">'))).not.toContain('firstcome.example');
});
