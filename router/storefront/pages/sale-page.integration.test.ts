import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useStores } from '../../../tests/harness/stores.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';
import { routerForThisTest, type TestRouter } from '../../testing/router.ts';
import { useRouter } from '../../testing/use-router.ts';
import { onSale, openFakeShop, type FakeShop } from '../../testing/fake-shop.ts';

const stores = useStores();
const redisSettings = { REDIS_URL: stores.redisUrl, REDIS_PREFIX: stores.redisPrefix };
const PRODUCTION = { NODE_ENV: 'production' };
const { router } = useRouter({ stores });

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

it.each([
  'urn:uuid:0198C0DE-0000-7000-8000-00000000000A',
  '0198c0de00007000800000000000000a',
  '{0198c0de-0000-7000-8000-00000000000a}',
])('has one address for a product whose id is spelled %s', async (id) => {
  const response = await fetch(`${router.url}/sale/${id}`);
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

it('serves no other file', async () => {
  for (const path of [
    '/pages/sale.html',
    '/pages/sale-page.ts',
    '/pages/..%2fconfig.ts',
    '/sale/',
    '/sale/a/b',
  ])
    expect([path, (await fetch(router.url + path)).status]).toEqual([path, 404]);
});

it('is off in production unless set, and then names no account', async () => {
  const off = await routerForThisTest({ ...redisSettings, ...PRODUCTION });
  const path = `/sale/${randomUUID()}`;
  expect((await fetch(off.url + path)).status).toBe(404);
  expect((await fetch(`${off.url}/pages/sale.mjs`)).status).toBe(404);
  const on = await routerForThisTest({ ...redisSettings, ...PRODUCTION, SALE_PAGE: 'on', PLAYGROUND: 'on' });
  const page = await fetch(on.url + path);
  expect([page.status, await page.text()]).toEqual([200, expect.not.stringContaining('firstcome.example')]);
  const playground = await (await fetch(`${on.url}/`)).text();
  expect(playground.slice(0, playground.indexOf('<div id="root">'))).not.toContain('firstcome.example');
});

describe('the status of the page', () => {
  let shop: FakeShop;
  beforeAll(async () => {
    shop = await openFakeShop();
  });
  afterAll(() => shop.close());

  const openShop = (settings: Readonly<Record<string, string>> = {}) =>
    routerForThisTest({ ...shop.urls, ...redisSettings, ...settings });
  const newOpenProduct = () => {
    const id = randomUUID();
    shop.products.set(id, onSale());
    return id;
  };
  const statusOf = async ({ url }: TestRouter, id: string) => (await fetch(`${url}/sale/${id}`)).status;
  const statusBecomes = (router: TestRouter, id: string, wanted: number) =>
    waitUntil(
      `${wanted} for ${id}`,
      () => statusOf(router, id),
      (status) => status === wanted,
    );

  it('is 404 for what is no product, and the page is the same', async () => {
    const router = await openShop();
    const known = await fetch(`${router.url}/sale/${newOpenProduct()}`);
    expect(known.status).toBe(200);
    const page = await known.text();
    for (const id of ['no-such-product', '1', randomUUID()]) {
      await statusBecomes(router, id, 404);
      const unknown = await fetch(`${router.url}/sale/${id}`, {
        headers: { 'if-none-match': known.headers.get('etag')! },
      });
      expect([id, unknown.status, await unknown.text()]).toEqual([id, 404, page]);
      for (const name of ['content-type', 'content-security-policy', 'referrer-policy'])
        expect(unknown.headers.get(name)).toBe(known.headers.get(name));
      expect(unknown.headers.get('etag')).toBeNull();
    }
  });

  it('costs the product subgraph one request, however many visit the page', async () => {
    const router = await openShop();
    const id = newOpenProduct();
    const before = shop.productReadings();
    const visits = await Promise.all(Array.from({ length: 50 }, () => statusOf(router, id)));
    expect(new Set([...visits, await statusOf(router, id)])).toEqual(new Set([200]));
    expect(shop.productReadings() - before).toBe(1);
  });

  it('is 200 soon after the product was made', async () => {
    const router = await openShop();
    const id = randomUUID();
    await statusBecomes(router, id, 404);
    shop.products.set(id, onSale());
    await statusBecomes(router, id, 200);
  });

  it('is 200 where it is not known: the product subgraph does not answer, or the network has used up its cost', async () => {
    expect(await statusOf(router, randomUUID())).toBe(200);
    const limited = await openShop({ RATE_LIMIT_COST_PER_ADDRESS: '1/h burst 120' });
    const before = shop.productReadings();
    const statuses = await Promise.all(Array.from({ length: 20 }, () => statusOf(limited, randomUUID())));
    const looks = shop.productReadings() - before;
    expect(looks).toBeGreaterThan(0);
    expect(looks).toBeLessThan(5);
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(20 - looks);
    expect(await statusOf(limited, 'no-such-product')).toBe(404);
  });
});
