import { connect } from 'node:net';
import { getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useStores } from '../tests/harness/stores.ts';
import { makeToken, rsaKey, startIssuer, type TestIssuer } from './testing/issuer.ts';
import { readAnswer, routerForThisTest, startTestRouter, type TestRouter } from './testing/router.ts';
import { HANGS, startTestSubgraph, type TestSubgraph } from './testing/subgraphs.ts';

const stores = useStores();
const key = rsaKey('key-1');
let issuer: TestIssuer;
let product: TestSubgraph;
let order: TestSubgraph;
let settings: Record<string, string>;
let router: TestRouter;

beforeAll(async () => {
  [issuer, product, order] = await Promise.all([
    startIssuer(key),
    startTestSubgraph('product'),
    startTestSubgraph('order'),
  ]);
  settings = {
    JWKS_URL: issuer.jwksUrl,
    PRODUCT_URL: product.graphqlUrl,
    ORDER_URL: order.graphqlUrl,
    REDIS_URL: stores.redisUrl,
    REDIS_PREFIX: stores.redisPrefix,
  };
  router = await startTestRouter(settings);
});

afterAll(async () => {
  await router.close();
  await Promise.all([issuer.close(), product.close(100), order.close(100)]);
});

const send = async (path: string, init: RequestInit = {}) =>
  readAnswer(await fetch(`${router.url}${path}`, init));
const JSON_TYPE = { 'content-type': 'application/json' };
const post = (body: string, headers: Record<string, string> = JSON_TYPE) =>
  send('/graphql', { method: 'POST', headers, body });
const purchases = (count: number) =>
  Array.from(
    { length: count },
    (_, n) =>
      `p${n}: purchase(input: {productId: "1", idempotencyKey: "key-0000-0000-000${n}"}) { __typename }`,
  );

describe('a request that is not acceptable gets its status, its code and JSON', () => {
  const bad: [string, () => Promise<Awaited<ReturnType<typeof post>>>, number, string][] = [
    ['bad JSON', () => post('{"query": '), 400, 'BAD_REQUEST'],
    ['an empty body', () => post(''), 400, 'BAD_REQUEST'],
    ['a batch', () => post('[{"query":"{ serverTime }"}]'), 400, 'BAD_REQUEST'],
    ['a body that is a string', () => post('"{ serverTime }"'), 400, 'BAD_REQUEST'],
    ['no query', () => post('{}'), 400, 'BAD_REQUEST'],
    ['a blank query', () => post('{"query":"  "}'), 400, 'BAD_REQUEST'],
    ['a query that is no string', () => post('{"query":{}}'), 400, 'BAD_REQUEST'],
    ['variables in an array', () => post('{"query":"{ serverTime }","variables":[]}'), 400, 'BAD_REQUEST'],
    ['variables in a string', () => post('{"query":"{ serverTime }","variables":"{}"}'), 400, 'BAD_REQUEST'],
    [
      'an operation name that is no string',
      () => post('{"query":"{ serverTime }","operationName":1}'),
      400,
      'BAD_REQUEST',
    ],
    [
      'an unknown operation name',
      () => router.ask({ query: 'query A { serverTime }', operationName: 'B' }),
      400,
      'BAD_REQUEST',
    ],
    [
      'two operations and no name',
      () => router.ask({ query: 'query A { serverTime } query B { serverTime }' }),
      400,
      'BAD_REQUEST',
    ],
    ['no operation', () => router.ask({ query: 'fragment A on Product { id }' }), 400, 'BAD_REQUEST'],
    ['a syntax error', () => router.ask({ query: '{ serverTime' }), 400, 'BAD_REQUEST'],
    ['an unknown field', () => router.ask({ query: '{ nothing }' }), 400, 'BAD_REQUEST'],
    ['federation machinery', () => router.ask({ query: '{ _service { sdl } }' }), 400, 'BAD_REQUEST'],
    ['a subscription', () => router.ask({ query: 'subscription { serverTime }' }), 400, 'BAD_REQUEST'],
    [
      'a cycle of fragments',
      () => router.ask({ query: '{ ...A } fragment A on Query { ...A }' }),
      400,
      'BAD_REQUEST',
    ],
    [
      'a missing variable',
      () => router.ask({ query: 'query ($id: ID!) { product(id: $id) { id } }' }),
      400,
      'BAD_REQUEST',
    ],
    [
      'a variable of another type',
      () =>
        router.ask({
          query: 'query ($n: Int!) { products(first: $n) { totalCount } }',
          variables: { n: '1' },
        }),
      400,
      'BAD_REQUEST',
    ],
    [
      'text/plain',
      () => post('{"query":"{ serverTime }"}', { 'content-type': 'text/plain' }),
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    [
      'a form',
      () => post('query={serverTime}', { 'content-type': 'application/x-www-form-urlencoded' }),
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    [
      'a type that only looks like JSON',
      () => post('{}', { 'content-type': 'text/plain, application/json' }),
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    [
      'a large body',
      () => post(JSON.stringify({ query: `{ serverTime } #${'x'.repeat(100_000)}` })),
      413,
      'PAYLOAD_TOO_LARGE',
    ],
    [
      'GET without a header that forces a preflight',
      () => send('/graphql?query={serverTime}'),
      400,
      'BAD_REQUEST',
    ],
    [
      'GET with a mutation',
      () =>
        send('/graphql?query=mutation{signOut{__typename}}', {
          headers: { 'apollo-require-preflight': '1' },
        }),
      405,
      'METHOD_NOT_ALLOWED',
    ],
    ['PUT', () => send('/graphql', { method: 'PUT', body: '{}' }), 405, 'METHOD_NOT_ALLOWED'],
    ['an unknown path', () => send('/admin'), 404, 'NOT_FOUND'],
    [
      'too many tokens',
      () => router.ask({ query: `{ ${'a '.repeat(1_001)} }` }),
      400,
      'OPERATION_TOO_COMPLEX',
    ],
    [
      'nested lists',
      () => router.ask({ query: `{ product(id: ${'['.repeat(5_000)}` }),
      400,
      'OPERATION_TOO_COMPLEX',
    ],
    [
      'too many aliases',
      () =>
        router.ask({ query: `{ ${Array.from({ length: 31 }, (_, n) => `a${n}: serverTime`).join(' ')} }` }),
      400,
      'OPERATION_TOO_COMPLEX',
    ],
    [
      'too much depth',
      () =>
        router.ask({
          query: `{ me { orders { nodes ${'{ buyer { orders { nodes '.repeat(4)} { id } ${'}}}'.repeat(4)} } } }`,
        }),
      400,
      'OPERATION_TOO_COMPLEX',
    ],
    [
      'two purchases',
      () => router.ask({ query: `mutation { ${purchases(2).join(' ')} }`, token: makeToken(key) }),
      400,
      'OPERATION_TOO_COMPLEX',
    ],
    [
      'two purchases of which one is in a fragment',
      () =>
        router.ask({
          query: `mutation { ${purchases(1).join()} ...More } fragment More on Mutation { ${purchases(2)[1]} }`,
          token: makeToken(key),
        }),
      400,
      'OPERATION_TOO_COMPLEX',
    ],
    [
      'lists within lists',
      () =>
        router.ask({
          query: '{ me { orders(first: 100) { nodes { buyer { orders(first: 100) { nodes { id } } } } } } }',
          token: makeToken(key),
        }),
      400,
      'OPERATION_TOO_COMPLEX',
    ],
  ];

  it.each(bad)('%s', async (_what, request, status, code) => {
    const answer = await request();
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    expect({ status: answer.status, code: answer.errors[0]?.extensions.code }).toEqual({ status, code });
    expect(answer.errors[0]?.extensions.requestId).toBe(answer.headers.get('x-request-id'));
    expect(answer.data).toBeUndefined();
  });

  it('even when it is not HTTP', async () => {
    const said = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(new URL(router.url).port), '127.0.0.1', () =>
        socket.write('nonsense\r\n\r\n'),
      );
      let text = '';
      socket.on('data', (chunk) => (text += String(chunk)));
      socket.on('close', () => resolve(text));
      socket.on('error', reject);
    });
    expect(said).toMatch(/^HTTP\/1.1 400 /);
    expect(JSON.parse(said.slice(said.indexOf('\r\n\r\n')))).toMatchObject({
      errors: [{ extensions: { code: 'BAD_REQUEST' } }],
    });
  });

  it('even with headers that are too large', async () => {
    const answer = await send('/graphql', { headers: { 'x-large': 'x'.repeat(20_000) } });
    expect(answer.status).toBe(431);
  });
});

describe('a good request', () => {
  it('may be POST', async () => {
    const answer = await router.ask({ query: '{ serverTime }' });
    expect(answer).toMatchObject({
      status: 200,
      data: { serverTime: '2026-01-02T03:04:05.678Z' },
      errors: [],
    });
  });

  it('may say that its JSON is UTF-8', async () => {
    const answer = await post('{"query":"{ serverTime }"}', {
      'content-type': 'application/json; charset=UTF-8',
    });
    expect(answer.status).toBe(200);
  });

  it('may be GET with variables and a header that forces a preflight', async () => {
    const parameters = new URLSearchParams({
      query: 'query P($id: ID!) { product(id: $id) { name } }',
      variables: '{"id":"7"}',
      operationName: 'P',
    });
    const answer = await send(`/graphql?${parameters.toString()}`, {
      headers: { 'x-apollo-operation-name': 'P' },
    });
    expect(answer).toMatchObject({ status: 200, data: { product: { name: 'Product 7' } } });
  });

  it('is answered in application/graphql-response+json when that is accepted', async () => {
    const answer = await router.ask({
      query: '{ serverTime }',
      headers: { accept: 'application/graphql-response+json, application/json;q=0.9' },
    });
    expect(answer.headers.get('content-type')).toBe('application/graphql-response+json; charset=utf-8');
  });

  it('joins what several subgraphs know', async () => {
    const answer = await router.ask({ query: '{ products { nodes { name stock { remaining } } } }' });
    expect(answer.data).toEqual({
      products: {
        nodes: [
          { name: 'Product 1', stock: { remaining: 1 } },
          { name: 'Product 2', stock: { remaining: 2 } },
        ],
      },
    });
  });

  it('runs the operation that is named, with its own variables', async () => {
    const query =
      'query A { serverTime } query B($id: ID = "5") { product(id: $id) { name ...P } } fragment P on Product { id }';
    expect(await router.ask({ query, operationName: 'B' })).toMatchObject({
      data: { product: { name: 'Product 5', id: '5' } },
    });
    expect(await router.ask({ query, operationName: 'A' })).toMatchObject({
      data: { serverTime: expect.any(String) as string },
    });
    expect(await router.ask({ query, operationName: 'B', variables: { id: '6' } })).toMatchObject({
      data: { product: { id: '6' } },
    });
  });

  it('keeps the id that the client gave it', async () => {
    const answer = await router.ask({
      query: '{ serverTime }',
      headers: { 'x-request-id': 'client-request-42' },
    });
    expect(answer.headers.get('x-request-id')).toBe('client-request-42');
  });

  it('gets another id when the client gave it one that would not be harmless', async () => {
    const answer = await router.ask({
      query: '{ serverTime }',
      headers: { 'x-request-id': '<script>alert(1)</script>' },
    });
    expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('introspection', () => {
  it("answers GraphiQL's own query where it is on", async () => {
    const query = getIntrospectionQuery({ inputValueDeprecation: true, schemaDescription: true });
    const answer = await router.ask({ query });
    expect(answer.status).toBe(200);
    expect(answer.data).toHaveProperty('__schema.queryType.name', 'Query');
  });

  it('is refused in production, and errors do not tell what the schema has', async () => {
    const production = await routerForThisTest({ ...settings, NODE_ENV: 'production' });
    expect(await production.ask({ query: getIntrospectionQuery() })).toMatchObject({ status: 400 });
    const misspelt = await production.ask({ query: '{ serverTim }' });
    expect(misspelt.text).not.toContain('serverTime');
    const wrongInput = await production.ask({
      query: 'query ($o: ProductOrder!) { products(orderBy: $o) { totalCount } }',
      variables: { o: 'NEWES' },
    });
    expect(wrongInput).toMatchObject({ status: 400 });
    expect(wrongInput.text).not.toContain('NEWEST');
    expect((await fetch(`${production.url}/`)).status).toBe(404);
  });
});

describe('pages of other origins', () => {
  const preflight = (origin: string, url = router.url) =>
    fetch(`${url}/graphql`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    });

  it('from this machine may call outside production', async () => {
    const response = await preflight('http://localhost:5173');
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-origin')).toBe('http://localhost:5173');
    expect(response.headers.get('access-control-allow-headers')).toContain('authorization');
  });

  it('from elsewhere may not', async () => {
    const response = await preflight('https://evil.example');
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('may call when they are named', async () => {
    const named = await routerForThisTest({ ...settings, CORS_ORIGINS: 'https://shop.example' });
    expect(
      (await preflight('https://shop.example', named.url)).headers.get('access-control-allow-origin'),
    ).toBe('https://shop.example');
    expect(
      (await preflight('http://localhost:5173', named.url)).headers.get('access-control-allow-origin'),
    ).toBeNull();
  });
});

it('refuses at once what is more than it can hold at once', async () => {
  const small = await routerForThisTest({
    ...settings,
    MAX_CONCURRENT_REQUESTS: '1',
    SUBGRAPH_TIMEOUT: '500ms',
  });
  const hanging = small.ask({ query: `{ product(id: "${HANGS}") { name } }` });
  const answers = await Promise.all([hanging, small.ask({ query: '{ serverTime }' })]);
  expect(answers.map(({ status }) => status).sort()).toEqual([503, 504]);
});
