import { getIntrospectionQuery } from 'graphql';
import { describe, expect, it } from 'vitest';
import { useStores } from '../tests/harness/stores.ts';
import { makeToken } from '../platform/identity/tokens/testing/issuer.ts';
import { readAnswer, startTestRouter } from './testing/router.ts';
import { HANGS } from './testing/subgraphs.ts';
import { useRouter } from './testing/use-router.ts';

const stores = useStores();
const { key, router, settings, start } = useRouter({
  stores,
  subgraphs: ['product', 'order'],
  issuer: true,
});

const send = async (path: string, init: RequestInit = {}) =>
  readAnswer(await fetch(`${router.url}${path}`, init));
const JSON_TYPE = { 'content-type': 'application/json' };
const post = (body: string, headers: Record<string, string> = JSON_TYPE) =>
  send('/graphql', { method: 'POST', headers, body });
describe('a good request', () => {
  it('may be POST', async () => {
    const answer = await router.execute({ query: '{ serverTime }' });
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

  it('may begin with a byte order mark', async () => {
    const answer = await post('\ufeff{"query":"{ serverTime }"}', { 'content-type': 'application/json' });
    expect(answer).toMatchObject({ status: 200, errors: [] });
  });

  it('may be sent to the path with a slash behind it', async () => {
    const body = '{"query":"{ serverTime }"}';
    const headers = { 'content-type': 'application/json' };
    expect(await send('/graphql/', { method: 'POST', headers, body })).toMatchObject({
      status: 200,
      errors: [],
    });
  });

  it.each<[client: string, headers: Record<string, string>]>([
    ['curl', { accept: '*/*' }],
    ['Apollo Client', { accept: 'application/graphql-response+json', 'content-type': 'application/json' }],
    ['urql on a page that may call', { accept: 'application/json', origin: 'http://localhost:5173' }],
  ])('may be GET as %s sends it', async (_client, headers) => {
    const parameters = new URLSearchParams({ query: '{ product(id: "7") { name } }', variables: '{}' });
    const answer = await send(`/graphql?${parameters.toString()}`, { headers });
    expect(answer).toMatchObject({ status: 200, data: { product: { name: 'Product 7' } } });
    expect(answer.headers.get('access-control-allow-origin')).toBe(headers['origin'] ?? null);
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
    const answer = await router.execute({
      query: '{ serverTime }',
      headers: { accept: 'application/graphql-response+json, application/json;q=0.9' },
    });
    expect(answer.headers.get('content-type')).toBe('application/graphql-response+json; charset=utf-8');
  });

  it('may give the type of an object under any name, as compilers of clients do', async () => {
    const answer = await router.execute({
      query: `mutation { purchase(input: {productId: "1", idempotencyKey: "key-0000-0000-0001"}) {
        __typename ... on Error { __isError: __typename message } ... on PurchaseConfirmed { __isOrder: __typename replayed } } }`,
      token: makeToken(key),
    });
    expect(answer.data).toEqual({
      purchase: { __typename: 'PurchaseConfirmed', __isOrder: 'PurchaseConfirmed', replayed: false },
    });
  });

  it('joins what several subgraphs know', async () => {
    const answer = await router.execute({ query: '{ products { nodes { name stock { remaining } } } }' });
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
    expect(await router.execute({ query, operationName: 'B' })).toMatchObject({
      data: { product: { name: 'Product 5', id: '5' } },
    });
    expect(await router.execute({ query, operationName: 'A' })).toMatchObject({
      data: { serverTime: expect.any(String) as string },
    });
    expect(await router.execute({ query, operationName: 'B', variables: { id: '6' } })).toMatchObject({
      data: { product: { id: '6' } },
    });
  });

  it.each([
    [{}, 400],
    [{ accept: 'application/graphql-response+json' }, 400],
    [{ accept: 'application/json' }, 200],
  ])(
    'or a document that is not valid has the status that a client with %j looks at',
    async (headers, status) => {
      const answer = await router.execute({ query: '{ nothing }', headers });
      expect([answer.status, answer.data, answer.errors[0]?.extensions.code]).toEqual([
        status,
        undefined,
        'BAD_REQUEST',
      ]);
    },
  );

  it.each([
    [{}, 504],
    [{ accept: 'application/json' }, 504],
    [{ accept: 'application/graphql-response+json' }, 200],
  ])('whose fields are all null beside errors, with %j, is a %i', async (headers, status) => {
    const answer = await router.execute({
      query: `{ product(id: "${HANGS}") { name } }`,
      headers: { ...headers, 'x-request-timeout': '200' },
    });
    expect([answer.status, answer.data]).toEqual([status, { product: null }]);
  });

  it('keeps the id that the client gave it', async () => {
    const answer = await router.execute({
      query: '{ serverTime }',
      headers: { 'x-request-id': 'client-request-42' },
    });
    expect(answer.headers.get('x-request-id')).toBe('client-request-42');
  });

  it('gets another id when the client gave it one that would not be harmless', async () => {
    const answer = await router.execute({
      query: '{ serverTime }',
      headers: { 'x-request-id': '<script>alert(1)</script>' },
    });
    expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('introspection', () => {
  it("answers GraphiQL's own query where it is on", async () => {
    const query = getIntrospectionQuery({ inputValueDeprecation: true, schemaDescription: true });
    const answer = await router.execute({ query });
    expect(answer.status).toBe(200);
    const everything = getIntrospectionQuery({
      inputValueDeprecation: true,
      schemaDescription: true,
      directiveIsRepeatable: true,
      specifiedByUrl: true,
      oneOf: true,
    });
    expect((await router.execute({ query: everything })).status).toBe(200);
    expect(answer.data).toHaveProperty('__schema.queryType.name', 'Query');
  });

  it.each([
    [
      'whether an input takes one of its fields',
      '{ __type(name: "PurchaseInput") { isOneOf } }',
      {},
      { isOneOf: false },
    ],
    [
      'a type by a variable',
      'query ($n: String!) { __type(name: $n) { name } }',
      { n: 'Order' },
      { name: 'Order' },
    ],
    [
      'another type by the same variable',
      'query ($n: String!) { __type(name: $n) { name } }',
      { n: 'User' },
      { name: 'User' },
    ],
    ['a type that is not there', '{ __type(name: "Nothing") { name } }', {}, null],
  ])('shows %s', async (_what, query, variables, expected) => {
    const answer = await router.execute({ query, variables });
    expect([answer.status, answer.data]).toEqual([200, { __type: expected }]);
  });

  it('answers beside data of subgraphs', async () => {
    const answer = await router.execute({ query: '{ serverTime __type(name: "Order") { name } }' });
    expect(answer.data).toMatchObject({
      serverTime: expect.any(String) as string,
      __type: { name: 'Order' },
    });
  });

  it('is refused in production, and errors do not show what the schema has', async () => {
    const production = await start({ NODE_ENV: 'production' });
    expect(await production.execute({ query: getIntrospectionQuery() })).toMatchObject({ status: 400 });
    const misspelt = await production.execute({ query: '{ serverTim }' });
    expect(misspelt.text).not.toContain('serverTime');
    const wrongInput = await production.execute({
      query: 'query ($o: ProductOrder!) { products(orderBy: $o) { totalCount } }',
      variables: { o: 'NEWES' },
    });
    expect(wrongInput).toMatchObject({ status: 400 });
    expect(wrongInput.text).not.toContain('NEWEST');
    expect(await (await fetch(`${production.url}/`)).json()).toEqual({
      message: expect.any(String) as string,
    });
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

  it('may send the headers of their clients and tracers', async () => {
    const names = 'apollographql-client-name,baggage,content-type,sentry-trace,x-datadog-trace-id';
    const response = await fetch(`${router.url}/live/stock`, {
      method: 'OPTIONS',
      headers: { origin: 'http://localhost:5173', 'access-control-request-headers': names },
    });
    expect(response.headers.get('access-control-allow-headers')).toBe(names);
  });

  it('from elsewhere may not', async () => {
    const response = await preflight('https://evil.example');
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('may call when they are named', async () => {
    const named = await start({ CORS_ORIGINS: 'https://shop.example' });
    expect(
      (await preflight('https://shop.example', named.url)).headers.get('access-control-allow-origin'),
    ).toBe('https://shop.example');
    expect(
      (await preflight('http://localhost:5173', named.url)).headers.get('access-control-allow-origin'),
    ).toBeNull();
  });
});

it('does not start with an origin that is none', async () => {
  await expect(startTestRouter({ ...settings, CORS_ORIGINS: 'localhost:5173' })).rejects.toThrow(
    /CORS_ORIGINS.*with their scheme/s,
  );
});

it('refuses at once what is more than it can hold at once', async () => {
  const small = await start({
    MAX_CONCURRENT_REQUESTS: '1',
    SUBGRAPH_TIMEOUT: '500ms',
  });
  const hanging = small.execute({ query: `{ product(id: "${HANGS}") { name } }` });
  const answers = await Promise.all([hanging, small.execute({ query: '{ serverTime }' })]);
  expect(answers.map(({ status }) => status).sort()).toEqual([503, 504]);
});
