import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HiveRouter } from '../harness/hive-router.ts';
import { newKey } from '../harness/shop.ts';
import { useStack, type Reply } from '../harness/stack.ts';
import { useStores } from '../harness/stores.ts';

// Runs only if HIVE_ROUTER is the path of that program; see vitest.config.ts.
const email = 'owner@shop.example';
const password = 'correct horse battery';
const stack = useStack(useStores(), {
  processes: { user: 1, product: 1, order: 1, router: 1 },
  environment: { SUBGRAPH_AUTH: 'jwt', ADMIN_EMAIL: email, ADMIN_PASSWORD: password },
});
let hive: HiveRouter;

beforeAll(async () => {
  hive = await HiveRouter.start(process.env['HIVE_ROUTER']!, stack);
}, 30_000);
afterAll(() => hive?.stop());

const execute = (query: string, variables: object = {}, token?: string): Promise<Reply> =>
  stack.executeAt(hive.url, query, variables, token);

async function signIn(): Promise<string> {
  const { data } = await execute(
    'mutation ($input: SignInInput!) { signIn(input: $input) { __typename ... on Session { accessToken } } }',
    { input: { email, password } },
  );
  return (data?.['signIn'] as { accessToken: string }).accessToken;
}

async function openSale(token: string): Promise<string> {
  const created = await execute(
    'mutation ($input: CreateProductInput!) { createProduct(input: $input) { ... on ProductSaved { product { id } } } }',
    { input: { name: 'Through another router', type: 'GENERAL', price: { amount: 5_000 } } },
    token,
  );
  const { id } = (created.data?.['createProduct'] as { product: { id: string } }).product;
  const restocked = await execute(
    'mutation ($input: RestockInput!) { restock(input: $input) { __typename } }',
    { input: { productId: id, change: 2, idempotencyKey: newKey() } },
    token,
  );
  expect(restocked.data).toEqual({ restock: { __typename: 'Restocked' } });
  return id;
}

const PURCHASE = `mutation ($input: PurchaseInput!) { purchase(input: $input) {
  __typename ... on PurchaseConfirmed { order { id items { product { name } } } }
} }`;

describe('behind another federation router, with the supergraph as it is committed', () => {
  it('a buyer signs in, purchases, and reads the order over all three subgraphs', async () => {
    const token = await signIn();
    const productId = await openSale(token);
    const bought = await execute(PURCHASE, { input: { productId, idempotencyKey: newKey() } }, token);
    expect(bought.errors).toBeUndefined();
    expect(bought.data).toMatchObject({
      purchase: {
        __typename: 'PurchaseConfirmed',
        order: { items: [{ product: { name: 'Through another router' } }] },
      },
    });
    const { order } = bought.data!['purchase'] as { order: { id: string } };
    const read = await execute(
      'query ($id: ID!) { order(id: $id) { status buyer { email } items { product { name stock { remaining } } } } }',
      { id: order.id },
      token,
    );
    expect(read.data).toEqual({
      order: {
        status: 'PENDING_PAYMENT',
        buyer: { email },
        items: [{ product: { name: 'Through another router', stock: { remaining: 1 } } }],
      },
    });
    expect((await execute('query ($id: ID!) { product(id: $id) { name } }', { id: productId })).data).toEqual(
      {
        product: { name: 'Through another router' },
      },
    );
  });

  it('the other router itself refuses fields that need a token, and no subgraph gets the request', async () => {
    const logged = () => [...stack.user, ...stack.order].map(({ log }) => log.split('\n').length);
    const before = logged();
    for (const [query, variables] of [
      ['{ me { id } }', {}],
      ['query ($id: ID!) { order(id: $id) { id } }', { id: '1' }],
      [PURCHASE, { input: { productId: '1', idempotencyKey: newKey() } }],
    ] as const) {
      const { data, errors } = await execute(query, variables);
      expect([data ?? null, errors?.[0]?.extensions?.code]).toEqual([null, 'UNAUTHORIZED_FIELD_OR_TYPE']);
    }
    expect(logged()).toEqual(before);
  });

  it('refuses a purchase without a token, with an invalid one, or for another user', async () => {
    const owner = await signIn();
    const productId = await openSale(owner);
    const variables = () => ({ input: { productId, idempotencyKey: newKey() } });
    for (const token of [undefined, stack.mint.mint({ iss: 'another-issuer' })])
      expect((await execute(PURCHASE, variables(), token)).data?.['purchase'] ?? null).toBeNull();

    const bought = await execute(PURCHASE, variables(), owner);
    const { id } = (bought.data!['purchase'] as { order: { id: string } }).order;
    const read = (token: string) => execute('query ($id: ID!) { order(id: $id) { id } }', { id }, token);
    const others = Array.from({ length: 10 }, () => stack.mint.buyer());
    const answers = await Promise.all(others.flatMap((other) => [read(owner), read(other)]));
    for (const [index, { data }] of answers.entries())
      expect(data).toEqual({ order: index % 2 === 0 ? { id } : null });
  });

  it('the subgraphs themselves refuse a token whose session has ended', async () => {
    const token = await signIn();
    const me = () => execute('{ me { id } }', {}, token);
    expect((await me()).data).toMatchObject({ me: { id: expect.any(String) as string } });
    await execute('mutation { signOut { __typename } }', {}, token);
    expect((await me()).data?.['me'] ?? null).toBeNull();
  });

  it('no subgraph shows its schema to a token, not even to that of the owner', async () => {
    const token = await signIn();
    for (const { url } of [...stack.user, ...stack.product, ...stack.order]) {
      const { data, errors } = await stack.executeAt(url, '{ _service { sdl } }', {}, token);
      expect(data?.['_service'] ?? null).toBeNull();
      expect(errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
    }
  });

  it('this system’s own router serves beside it', async () => {
    const answer = await stack.execute('{ me { email } }', {}, await signIn());
    expect(answer.data).toEqual({ me: { email } });
  });
});
