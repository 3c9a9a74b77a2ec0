import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { useStores } from '../tests/harness/stores.ts';
import { makeToken } from '../platform/identity/tokens/testing/issuer.ts';
import type { Question } from './testing/router.ts';
import { startStubSubgraph, type StubSubgraph } from './testing/subgraphs.ts';
import { useRouter } from './testing/use-router.ts';

const stores = useStores();
/** What the order subgraph answers now. */
let answered: object;
let orders: StubSubgraph;
beforeAll(async () => {
  orders = await startStubSubgraph(200, { toJSON: () => answered });
});
afterAll(() => orders.close(100));
const { key, router, start } = useRouter({
  stores,
  subgraphs: ['product'],
  issuer: true,
  settings: {
    // All of it is one buyer.
    RATE_LIMITS: 'off',
    get ORDER_URL() {
      return orders.graphqlUrl;
    },
  },
});

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

/** @param settings of a router for this test alone; left out: through the router of the file */
async function purchase(
  answer: object,
  settings: Record<string, string> | null = null,
  question: Question = { query: PURCHASE },
) {
  answered = answer;
  const before = orders.received.length;
  const asked = settings === null ? router : await start(settings);
  const reply = await asked.execute({ ...question, token: makeToken(key) });
  return { ...reply, sent: orders.received.length - before };
}

const uuid = '0198c0de-0000-7000-8000-0000000000ff';
const items = ['purchase', 'order', 'items'];

/** `id_` is what the router selects in the place of a field that the client calls by the name of a key. */
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
    expect(answer).toMatchObject({
      status: 200,
      data: null,
      errors: [{ path: items, extensions: { code: 'INTERNAL' } }],
    });
  });

  it('when another subgraph answers other entities than were requested', async () => {
    const wrong = await startStubSubgraph(200, { data: { _entities: [] } });
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
  const answer = await purchase(order({ items: [] }), null, { query, variables: { yes: null } });
  expect([answer.status, answer.errors[0]?.extensions.code, answer.sent]).toEqual([400, 'BAD_REQUEST', 0]);
});

const order1 = (fields: string) => `... on PurchaseConfirmed { order { id ${fields} } }`;
const BUY = (fields: string, declared = '$input: PurchaseInput!') =>
  `mutation (${declared}) { purchase(input: $input) { __typename ${order1(fields)} } }`;
const INPUT = { productId: '1', idempotencyKey: 'key-0000-0000-0001' };
const cursor = (...key: unknown[]) => Buffer.from(JSON.stringify(key)).toString('base64url');
const nodes = (given: string) => `buyer { id orders(${given}) { nodes { id } } }`;

describe('an argument that a subgraph would refuse after the mutation is refused before it is sent', () => {
  const withOrders = (given: string, declared: string, directive = '') =>
    BUY(`${nodes(given)} ${directive}`, `$input: PurchaseInput!, ${declared}`);
  it.each<[string, string, object]>([
    ['a page of none', BUY(nodes('first: 0')), {}],
    ['a negative page', BUY(nodes('first: -1')), {}],
    ['a page too large', BUY(nodes('first: 101')), {}],
    ['a page too large by a variable', withOrders('first: $first', '$first: Int!'), { first: 101 }],
    ['a page too large by default', withOrders('first: $first', '$first: Int = 101'), {}],
    ['no page size', withOrders('first: $first', '$first: Int = 3'), { first: null }],
    ['no cursor', BUY(nodes('after: "zz"')), {}],
    ['no cursor by a variable', withOrders('after: $after', '$after: String'), { after: 'zz' }],
    ['a cursor of another list', BUY(nodes(`after: "${cursor('NEWEST', 1, 'a')}"`)), {}],
    ['a cursor of no instant', BUY(nodes(`after: "${cursor(1e300, uuid)}"`)), {}],
    ['a cursor of no id', BUY(nodes(`after: "${cursor(1, '1')}"`)), {}],
    [
      'a bad page in another mutation of the document',
      `mutation ($input: CancelOrderInput!) { a: cancelOrder(input: $input) { __typename } b: cancelOrder(input: $input) {
        ... on OrderCancelled { order { ${nodes('first: 0')} } } } }`,
      { input: { orderId: uuid } },
    ],
    [
      'a bad page after a sign-in',
      `mutation { signIn(input: {email: "a@b.example", password: "p"}) { ... on Session { user { id orders(first: 0) { nodes { id } } } } } }`,
      {},
    ],
  ])('%s', async (_what, query, variables) => {
    const answer = await purchase(order({ items: [] }), null, {
      query,
      variables: { input: INPUT, ...variables },
    });
    expect([answer.status, answer.errors[0]?.extensions.code, answer.sent]).toEqual([400, 'BAD_REQUEST', 0]);
    expect(answer.errors[0]?.message).toMatch(/`(first|after|User.orders)`/);
  });

  it.each<[string, string, object]>([
    ['in bounds', `first: 100, after: "${cursor(1, uuid)}"`, {}],
    ['left out', 'status: PAID', {}],
    ['an empty cursor', 'after: ""', {}],
  ])('and sent where it is %s', async (_what, given) => {
    const answer = await purchase(order({ items: [] }), null, {
      query: BUY(nodes(given)),
      variables: { input: INPUT },
    });
    expect(answer.sent).toBe(1);
  });

  it('and sent where a condition leaves the field out', async () => {
    const query = BUY(
      `... @include(if: $yes) { ${nodes('first: 0')} } buyer @skip(if: true) { orders(first: 0) { nodes { id } } }`,
      '$input: PurchaseInput!, $yes: Boolean! = false',
    );
    expect((await purchase(order({ items: [] }), null, { query, variables: { input: INPUT } })).sent).toBe(1);
  });
});

describe('an answer without data is no refusal once a root field of the mutation has run', () => {
  const failed = (path: (string | number)[], code = 'BAD_REQUEST') => ({
    data: null,
    errors: [{ message: 'Not so.', path, extensions: { code } }],
  });
  const CANCEL_TWO = `mutation ($input: CancelOrderInput!) { __typename
    ... @include(if: false) { none: cancelOrder(input: $input) { __typename } }
    ... { a: cancelOrder(input: $input) { __typename } } b: cancelOrder(input: $input) { __typename } }`;
  it.each<[string, string, (string | number)[], number]>([
    ['below its root field', BUY('paymentDueAt'), ['purchase', 'order', 'buyer', 'orders'], 200],
    ['at a later root field', CANCEL_TWO, ['b'], 200],
    ['at the root field itself', BUY('paymentDueAt'), ['purchase'], 400],
    ['at the first root field', CANCEL_TWO, ['a'], 400],
  ])('it fails %s', async (_where, query, path, status) => {
    const input = query === CANCEL_TWO ? { orderId: uuid } : INPUT;
    for (const accept of ['application/json', 'application/graphql-response+json']) {
      const question = { query, variables: { input }, headers: { accept } };
      const answer = await purchase(failed(path), null, question);
      expect(answer).toMatchObject({
        status,
        errors: [{ message: 'Not so.', path, extensions: { code: 'BAD_REQUEST' } }],
      });
      expect(answer.errors[0]?.extensions.requestId).toMatch(/./);
      expect(JSON.parse(answer.text)).toHaveProperty('data');
    }
  });
});
