import { describe, expect, it } from 'vitest';
import { makeToken } from '../platform/identity/tokens/testing/issuer.ts';
import { useStores } from '../tests/harness/stores.ts';
import { THROWS_SQL } from './testing/subgraphs.ts';
import { useRouter } from './testing/use-router.ts';

const stores = useStores();
const { key, router } = useRouter({
  stores,
  subgraphs: ['product', 'order'],
  issuer: true,
  settings: { CORS_ORIGINS: 'https://shop.example' },
});

const get = (query: string, headers: Record<string, string> = {}) =>
  fetch(`${router.url}/graphql?${new URLSearchParams({ query }).toString()}`, { headers });
const LIST = '{ products { nodes { id name price { amount } } } }';

describe('a shared cache', () => {
  it('may keep what the schema lets be kept, apart for each origin, type and caller', async () => {
    const response = await get(LIST);
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('public, max-age=1');
    const vary = response.headers.get('vary')!.split(', ').sort();
    expect(vary).toEqual(['accept', 'authorization', 'origin']);
    const ofPage = await get(LIST, { origin: 'https://shop.example' });
    expect(ofPage.headers.get('access-control-allow-origin')).toBe('https://shop.example');
    expect(ofPage.headers.get('access-control-expose-headers')).toContain('etag');
  });

  it('is answered 304 while the answer is the one that it has, without a body', async () => {
    const etag = (await get(LIST)).headers.get('etag')!;
    const again = await get(LIST, { 'if-none-match': etag });
    expect([again.status, await again.text()]).toEqual([304, '']);
    expect(again.headers.get('etag')).toBe(etag);
    expect(again.headers.get('cache-control')).toBe('public, max-age=1');
    expect(again.headers.get('content-length')).toBeNull();
    expect((await get('{ products { nodes { id } } }', { 'if-none-match': etag })).status).toBe(200);
  });

  it.each([
    ['the same with a token', LIST, true],
    ['stock', '{ products { nodes { name stock { remaining } } } }', false],
    ['the clock', '{ serverTime }', false],
    ['without a time in any part', '{ __typename }', false],
    [
      'data with an error beside it',
      `{ products { nodes { name } } product(id: "${THROWS_SQL}") { name } }`,
      false,
    ],
    ['a refusal', '{ nothing }', false],
  ])('may not keep %s', async (_what, query, hasToken) => {
    const response = await get(query, {
      'if-none-match': '*',
      ...(hasToken ? { authorization: `Bearer ${makeToken(key)}` } : {}),
    });
    expect(response.status).toBe(query === '{ nothing }' ? 400 : 200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('etag')).toBeNull();
  });
});
