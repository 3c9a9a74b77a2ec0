import { describe, expect, it } from 'vitest';
import { useStores } from '../tests/harness/stores.ts';
import { makeToken } from '../platform/identity/tokens/testing/issuer.ts';
import { THROWS_SQL } from './testing/subgraphs.ts';
import { useRouter } from './testing/use-router.ts';

const stores = useStores();
const { key, router } = useRouter({ stores, subgraphs: ['user', 'product', 'order'], issuer: true });

const execute = (query: string, variables: object = {}) =>
  router.execute({ query, variables, token: makeToken(key) });

const PRODUCT = { id: 'Product 1', stock: { id: 1 } };

describe('a field may have the name of a key, whichever subgraphs are behind it:', () => {
  it.each<[string, string, object]>([
    ['at an entity', '{ product(id: "1") { id: name stock { id: remaining } } }', { product: PRODUCT }],
    [
      'beside the key itself',
      '{ product(id: "1") { key: id id: name stock { id: remaining } } }',
      { product: { key: '1', ...PRODUCT } },
    ],
    [
      'in a list',
      '{ products { id: nodes { id: name stock { id: remaining } } } }',
      { products: { id: [PRODUCT, { id: 'Product 2', stock: { id: 2 } }] } },
    ],
    [
      'in a fragment',
      '{ product(id: "1") { ...P } } fragment P on Product { id: name stock { id: remaining } }',
      { product: PRODUCT },
    ],
    [
      'in inline fragments, twice',
      '{ product(id: "1") { ... { id: name } ... on Product { id: name stock { id: remaining } } } }',
      { product: PRODUCT },
    ],
    [
      'with directives',
      '{ product(id: "1") { id: name @include(if: true) stock @skip(if: false) { id: remaining } } }',
      { product: PRODUCT },
    ],
    [
      'for its type',
      '{ product(id: "1") { id: __typename stock { remaining } } }',
      {
        product: { id: 'Product', stock: { remaining: 1 } },
      },
    ],
    [
      'below other entities',
      '{ order(id: "o") { items { id: product { id: name } } buyer { id: name } } }',
      {
        order: {
          items: [{ id: { id: 'Product 1' } }, { id: null }],
          buyer: { id: 'Buyer' },
        },
      },
    ],
    [
      'at the root',
      '{ id: me { id: orders { nodes { id } } name } }',
      { id: { id: { nodes: [] }, name: 'Buyer' } },
    ],
    [
      'one that is taken already',
      '{ product(id: "1") { id_: id id: name stock { id__: remaining } } }',
      { product: { id_: '1', id: 'Product 1', stock: { id__: 1 } } },
    ],
    [
      'in types of a union',
      `mutation { id: purchase(input: { productId: "1", idempotencyKey: "key-0000-0000-0001" }) {
        id: __typename
        ... on PurchaseConfirmed { order { id: items { id: product { id: name } } } }
        ... on SoldOut { other: productId }
      } }`,
      { id: { id: 'PurchaseConfirmed', order: { id: [{ id: { id: 'Product 1' } }] } } },
    ],
    [
      'in an interface',
      `mutation { purchase(input: { productId: "1", idempotencyKey: "key-0000-0000-0001" }) {
        ... on Error { id: message } ... on PurchaseConfirmed { order { id } } } }`,
      { purchase: { order: { id: 'order-1' } } },
    ],
  ])('%s', async (_where, query, data) => {
    const answer = await execute(query);
    expect([answer.status, answer.data]).toEqual([200, data]);
  });

  it('the place of an error has it, too', async () => {
    const answer = await execute('{ order(id: "o") { id: items { id: product { id: name } } } }');
    expect(answer.errors).toMatchObject([
      { path: ['order', 'id', 1, 'id'], extensions: { code: 'INTERNAL' } },
    ]);
    const root = await execute(`{ id: product(id: "${THROWS_SQL}") { name } serverTime }`);
    expect(root.errors).toMatchObject([{ path: ['id'] }]);
  });
});

it('what is left out by a directive stays left out', async () => {
  const query =
    'query ($no: Boolean!) { product(id: "1") { id: name @include(if: $no) stock { remaining } } }';
  expect((await execute(query, { no: false })).data).toEqual({ product: { stock: { remaining: 1 } } });
});

it('a variable may have the name that the planner gives to entities', async () => {
  const query =
    'query ($representations: Int!) { me { name orders(first: $representations) { nodes { id } } } }';
  expect(await execute(query, { representations: 3 })).toMatchObject({
    status: 200,
    data: { me: { name: 'Buyer', orders: { nodes: [] } } },
    errors: [],
  });
});

describe('introspection beside data of subgraphs', () => {
  it('is answered in full, in its place', async () => {
    const answer = await execute(
      '{ before: serverTime id: __type(name: "PurchaseInput") { isOneOf name } ... on Query { __schema { queryType { name } } } after: serverTime }',
    );
    expect(answer.status).toBe(200);
    expect(Object.entries(answer.data ?? {})).toEqual([
      ['before', '2026-01-02T03:04:05.678Z'],
      ['id', { isOneOf: false, name: 'PurchaseInput' }],
      ['__schema', { queryType: { name: 'Query' } }],
      ['after', '2026-01-02T03:04:05.678Z'],
    ]);
  });

  it('follows variables and directives', async () => {
    const query =
      'query ($type: String!, $no: Boolean!) { serverTime a: __type(name: $type) { name } b: __type(name: $type) @include(if: $no) { name } }';
    expect((await execute(query, { type: 'Order', no: false })).data).toEqual({
      serverTime: '2026-01-02T03:04:05.678Z',
      a: { name: 'Order' },
    });
  });
});
