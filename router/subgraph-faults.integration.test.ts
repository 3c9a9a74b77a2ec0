import { describe, expect, it } from 'vitest';
import { captureLog } from '../tests/harness/captured-log.ts';
import { useStores } from '../tests/harness/stores.ts';
import { waitUntil } from '../tests/harness/wait-until.ts';
import { makeToken } from '../platform/identity/tokens/testing/issuer.ts';
import { HANGS, REFUSES, startStubSubgraph, THROWS_SQL } from './testing/subgraphs.ts';
import { useRouterSurroundings } from './testing/use-router.ts';

const stores = useStores();
const { key, product, start } = useRouterSurroundings({
  stores,
  subgraphs: ['user', 'product', 'order'],
  issuer: true,
});

/** Nothing of the inside: no address, no stack, no SQL, no name of a subgraph. */
const INSIDE =
  /127\.0\.0\.1|localhost|ECONN|SELECT|10\.1\.2\.3|\bat \w+ \(|serviceName|"subgraph"|stacktrace|<html>/;

const one = (name: string) => `{ product(id: "${name}") { name } }`;

describe('an answer that is one fault has its status', () => {
  it('INTERNAL where a resolver threw', async () => {
    const router = await start();
    const answer = await router.execute({ query: one(THROWS_SQL) });
    expect(answer).toMatchObject({ status: 500, data: { product: null } });
    expect(answer.errors).toEqual([
      {
        message: 'Something went wrong on our side.',
        path: ['product'],
        extensions: { code: 'INTERNAL', requestId: answer.headers.get('x-request-id') },
      },
    ]);
    expect(answer.text).not.toMatch(INSIDE);
  });

  it('the code, message and delay of a fault that was meant for the caller', async () => {
    const router = await start();
    const answer = await router.execute({ query: one(REFUSES) });
    expect(answer.status).toBe(429);
    expect(answer.errors).toMatchObject([
      {
        message: 'Slower, please.',
        path: ['product'],
        extensions: { code: 'RATE_LIMITED', retryAfterMs: 250 },
      },
    ]);
  });

  it('TIMEOUT when the subgraph takes too long', async () => {
    const router = await start({ SUBGRAPH_TIMEOUT: '200ms' });
    const answer = await router.execute({
      query: `mutation { purchase(input: {productId: "${HANGS}", idempotencyKey: "key-0000-0000-0001"}) { __typename } }`,
      token: makeToken(key),
    });
    expect(answer).toMatchObject({
      status: 504,
      data: null,
      errors: [{ path: ['purchase'], extensions: { code: 'TIMEOUT' } }],
    });
  });

  it('UNAVAILABLE when the subgraph is not there', async () => {
    const router = await start({ PRODUCT_URL: 'http://127.0.0.1:9/graphql' });
    const answer = await router.execute({ query: '{ now: serverTime }' });
    expect(answer).toMatchObject({
      status: 503,
      errors: [{ path: ['now'], extensions: { code: 'UNAVAILABLE' } }],
    });
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(answer.text).not.toMatch(INSIDE);
  });

  it.each([
    ['a page of HTML', 200, '<html>at stack (10.1.2.3)</html>', 500, 'INTERNAL'],
    ['a 503 in HTML', 503, '<html>no</html>', 503, 'UNAVAILABLE'],
    [
      'a 503 in JSON',
      503,
      { errors: [{ message: 'at 10.1.2.3', extensions: { code: 'UNAVAILABLE' } }] },
      503,
      'UNAVAILABLE',
    ],
    [
      'its own 401',
      401,
      { errors: [{ message: 'no', extensions: { code: 'UNAUTHENTICATED' } }] },
      503,
      'UNAVAILABLE',
    ],
    ['JSON that is not GraphQL', 200, { hello: 'world' }, 500, 'INTERNAL'],
    [
      'an unknown code',
      200,
      { data: null, errors: [{ message: 'SELECT 1', extensions: { code: 'ER_DUP' } }] },
      500,
      'INTERNAL',
    ],
    ['an error without extensions', 200, { data: null, errors: [{ message: 'SELECT 1' }] }, 500, 'INTERNAL'],
    ['null where the schema allows none', 200, { data: { serverTime: null } }, 500, 'INTERNAL'],
  ])('when the subgraph answers %s', async (_what, status, body, expected, code) => {
    const canned = await startStubSubgraph(status, body);
    const router = await start({ PRODUCT_URL: canned.graphqlUrl });
    const answer = await router.execute({ query: '{ serverTime }' });
    expect({ status: answer.status, code: answer.errors[0]?.extensions.code }).toEqual({
      status: expected,
      code,
    });
    expect(answer.text).not.toMatch(INSIDE);
    await canned.close();
  });
});

describe('an answer in part', () => {
  it('is a 200 that keeps its data, and names the place of what failed', async () => {
    const router = await start();
    const answer = await router.execute({
      query: '{ order(id: "o") { id buyer { name } items { product { id name } } } }',
      token: makeToken(key),
    });
    expect(answer.status).toBe(200);
    expect(answer.data).toEqual({
      order: {
        id: 'o',
        buyer: { name: 'Buyer' },
        items: [{ product: { id: '1', name: 'Product 1' } }, { product: null }],
      },
    });
    expect(answer.errors).toMatchObject([
      { path: ['order', 'items', 1, 'product'], extensions: { code: 'INTERNAL' } },
    ]);
    expect(answer.text).not.toMatch(INSIDE);
  });

  it('is a 200 when only the second of two subgraphs is not there', async () => {
    const router = await start({ ORDER_URL: 'http://127.0.0.1:9/graphql' });
    const answer = await router.execute({ query: '{ products { nodes { name stock { remaining } } } }' });
    expect(answer.status).toBe(200);
    expect(answer.data).toMatchObject({
      products: {
        nodes: [
          { name: 'Product 1', stock: null },
          { name: 'Product 2', stock: null },
        ],
      },
    });
    expect(answer.errors).toMatchObject([
      { path: ['products', 'nodes', 0, 'stock'], extensions: { code: 'UNAVAILABLE' } },
      { path: ['products', 'nodes', 1, 'stock'], extensions: { code: 'UNAVAILABLE' } },
    ]);
  });

  it.each([
    [
      'an element of a list',
      'items { product { id name } }',
      'PRODUCT_URL',
      [0, 1].map((n) => ['items', n, 'product']),
    ],
    ['an object that goes with its field', 'id buyer { role }', 'USER_URL', [['buyer']]],
    ['a field that may be null', 'id buyer { id name }', 'USER_URL', [['buyer', 'name']]],
    ['a field under a name of its own', 'buyer { id: name }', 'USER_URL', [['buyer', 'id']]],
  ])('names the place when a subgraph is not there: %s', async (_what, selection, url, places) => {
    const router = await start({ [url]: 'http://127.0.0.1:9/graphql' });
    const { errors } = await router.execute({
      query: `{ order(id: "o") { ${selection} } serverTime }`.replace(
        url === 'PRODUCT_URL' ? 'serverTime' : '',
        '',
      ),
      token: makeToken(key),
    });
    expect(errors.map(({ path }) => path)).toEqual(places.map((place) => ['order', ...place]));
  });

  it('has what was ready before the time was up', async () => {
    const router = await start({ SUBGRAPH_TIMEOUT: '300ms' });
    const answer = await router.execute({
      query: `{ product(id: "${HANGS}") { name } stock(productId: "7") { remaining } }`,
    });
    expect(answer).toMatchObject({ status: 200, data: { product: null, stock: { remaining: 7 } } });
    expect(answer.errors).toMatchObject([{ path: ['product'], extensions: { code: 'TIMEOUT' } }]);
  });
});

it('the log has what the answer has not', async () => {
  const { logger, lines } = captureLog();
  const router = await start({ PRODUCT_URL: 'http://127.0.0.1:9/graphql' }, logger);
  await router.execute({ query: '{ serverTime }', headers: { 'x-request-id': 'request-in-the-log' } });
  const line = lines.find((one) => one.includes('request-in-the-log'));
  expect(line).toContain('ECONNREFUSED');
  expect(line).toContain('"subgraph":"product"');
});

describe('several instances of a subgraph', () => {
  it('get requests in turn, and when one is not there the other answers', async () => {
    const time = { data: { serverTime: '2026-01-02T03:04:05.678Z' } };
    const [first, second] = await Promise.all([startStubSubgraph(200, time), startStubSubgraph(200, time)]);
    const router = await start({
      PRODUCT_URL: `${first.graphqlUrl}, ${second.graphqlUrl}`,
    });
    for (let n = 0; n < 4; n++) await router.execute({ query: '{ serverTime }' });
    expect([first.received.length, second.received.length]).toEqual([2, 2]);

    await first.close(0);
    for (let n = 0; n < 4; n++) expect((await router.execute({ query: '{ serverTime }' })).status).toBe(200);
    await second.close();
  });
});

describe('ready', () => {
  it('is when Redis and one instance of every subgraph are', async () => {
    const router = await start({
      PRODUCT_URL: `http://127.0.0.1:9/graphql,${product.graphqlUrl}`,
    });
    const health = await waitUntil(
      'readiness',
      async () => (await fetch(`${router.url}/health/ready`)).json() as Promise<unknown>,
      (report) => (report as { ready: boolean }).ready,
    );
    expect(health).toEqual({ ready: true, checks: { redis: 'ok', user: 'ok', product: 'ok', order: 'ok' } });
  });

  it('is not while a subgraph is not, and alive all the same', async () => {
    const router = await start({ USER_URL: 'http://127.0.0.1:9/graphql' });
    const response = await fetch(`${router.url}/health/ready`);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ ready: false, checks: { user: 'failed', product: 'ok' } });
    expect((await fetch(`${router.url}/health/live`)).status).toBe(200);
  });
});
