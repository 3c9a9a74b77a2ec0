import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { useStores } from '../tests/harness/stores.ts';
import {
  makeToken,
  rsaKey,
  startIssuer,
  type TestIssuer,
} from '../platform/identity/tokens/testing/issuer.ts';
import { routerForThisTest, type Question } from './testing/router.ts';
import { startCannedSubgraph, startTestSubgraph, type TestSubgraph } from './testing/subgraphs.ts';

const stores = useStores();
const key = rsaKey('key-1');
let issuer: TestIssuer;
let product: TestSubgraph;

beforeAll(async () => {
  [issuer, product] = await Promise.all([startIssuer(key), startTestSubgraph('product')]);
});
afterAll(() => Promise.all([issuer.close(), product.close(100)]));

const confirmed = (order: object) => ({
  __typename: 'PurchaseConfirmed',
  replayed: false,
  order: { __typename: 'Order', id: 'order-1', status: 'PENDING_PAYMENT', ...order },
});
const item = (product: unknown) => ({ product, productName: 'P', quantity: 1 });
const PURCHASE = `mutation { purchase(input: {productId: "1", idempotencyKey: "key-0000-0000-0001"}) {
  __typename
  ... on PurchaseConfirmed { replayed order { id: status paymentDueAt payment { id } items { quantity product { id: name } } } }
} }`;

async function purchase(
  answered: object | string,
  settings: Record<string, string> = {},
  question: Question = { query: PURCHASE },
) {
  const order = await startCannedSubgraph(200, answered);
  onTestFinished(() => order.close());
  const router = await routerForThisTest({
    JWKS_URL: issuer.jwksUrl,
    PRODUCT_URL: product.graphqlUrl,
    ORDER_URL: order.graphqlUrl,
    REDIS_URL: stores.redisUrl,
    REDIS_PREFIX: stores.redisPrefix,
    ...settings,
  });
  return { ...(await router.ask({ ...question, token: makeToken(key) })), sent: order.received.length };
}

const items = ['purchase', 'order', 'items'];

/** `id_` is what the router asks for in the place of a field that the client calls by the name of a key. */
const order = (more: object) => ({
  data: { purchase: confirmed({ id_: 'PENDING_PAYMENT', paymentDueAt: null, payment: null, ...more }) },
});

describe('a mutation that has run is answered by what there is of it', () => {
  it.each<[string, object, (string | number)[][], object]>([
    [
      'a text in the place of an object',
      { paymentDueAt: null, payment: 'none', items: [] },
      [['payment', 'id']],
      { payment: null, items: [] },
    ],
    [
      'a list in the place of an object',
      { payment: [{ id: 'p' }], items: [] },
      [['payment', 'id']],
      { payment: null, items: [] },
    ],
    [
      'entities that are none',
      { items: [item('1'), item({ __typename: 'Product', id: '1' })] },
      [['items', 0, 'product', 'id']],
      { items: [{ quantity: 1, product: null }, { quantity: 1 }] },
    ],
    [
      'a list where an entity belongs',
      { items: [item([{ __typename: 'Product', id: '1' }])] },
      [['items', 0, 'product', 'id']],
      { items: [{ quantity: 1, product: null }] },
    ],
    [
      'a type that the schema does not have',
      { payment: { __typename: 7, id: 'p' }, items: [] },
      [],
      { items: [] },
    ],
  ])('after %s', async (_what, more, places, expected) => {
    const answer = await purchase(order(more));
    expect(answer.status).toBe(200);
    expect(answer.data).toMatchObject({
      purchase: {
        __typename: 'PurchaseConfirmed',
        replayed: false,
        order: { id: 'PENDING_PAYMENT', ...expected },
      },
    });
    const paths = answer.errors.map(({ path }) => JSON.stringify(path));
    for (const place of places) expect(paths).toContain(JSON.stringify(['purchase', 'order', ...place]));
    for (const { extensions } of answer.errors) expect(extensions.code).toBe('INTERNAL');
  });

  it('after items that are no list, up to where the schema allows a null', async () => {
    const answer = await purchase(order({ items: 'none' }));
    expect(answer).toMatchObject({ data: null, errors: [{ path: items, extensions: { code: 'INTERNAL' } }] });
  });

  it('when another subgraph answers other entities than it was asked for', async () => {
    const wrong = await startCannedSubgraph(200, { data: { _entities: [] } });
    onTestFinished(() => wrong.close());
    const answer = await purchase(order({ items: [item({ __typename: 'Product', id: '1' })] }), {
      PRODUCT_URL: wrong.graphqlUrl,
    });
    expect(answer).toMatchObject({
      status: 200,
      data: { purchase: { order: { items: [{ quantity: 1, product: null }] } } },
      errors: [{ path: [...items, 0, 'product'], extensions: { code: 'INTERNAL' } }],
    });
  });
});

it('a condition that is null is refused before the mutation is sent', async () => {
  const query = PURCHASE.replace('mutation', 'mutation ($yes: Boolean = true)').replace(
    'replayed',
    'replayed @include(if: $yes)',
  );
  const answer = await purchase(order({ items: [] }), {}, { query, variables: { yes: null } });
  expect([answer.status, answer.errors[0]?.extensions.code, answer.sent]).toEqual([400, 'BAD_REQUEST', 0]);
});
