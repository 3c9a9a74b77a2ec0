import { describe, expect, it } from 'vitest';
import { newKey, openSale, readStock } from '../harness/shop.ts';
import { useStack } from '../harness/stack.ts';
import { useStores } from '../harness/stores.ts';

const stack = useStack(useStores());

const PURCHASE = `mutation ($input: PurchaseInput!) { purchase(input: $input) { __typename } }`;
const input = () => ({ productId: '0190d3a4-0000-7000-8000-000000000001', idempotencyKey: newKey() });
const code = (reply: { errors?: readonly { extensions?: { code?: string } }[] }) =>
  reply.errors?.[0]?.extensions?.code;

describe('without a token', () => {
  it('a purchase is 401, also under an alias and in a fragment', async () => {
    for (const query of [
      PURCHASE,
      'mutation ($input: PurchaseInput!) { mine: purchase(input: $input) { __typename } }',
      'mutation ($input: PurchaseInput!) { ...Buy } fragment Buy on Mutation { purchase(input: $input) { __typename } }',
      'mutation ($input: PurchaseInput!) { ... on Mutation { purchase(input: $input) { __typename } } }',
    ]) {
      const reply = await stack.execute(query, { input: input() });
      expect([reply.status, code(reply)]).toEqual([401, 'UNAUTHENTICATED']);
    }
  });

  it('products and stock can be read', async () => {
    const product = await openSale(stack, { units: 4 });
    const reply = await stack.execute(
      '{ products { nodes { id name status stock { remaining } } } serverTime }',
    );
    expect(reply).toMatchObject({
      status: 200,
      data: { products: { nodes: [{ id: product, stock: { remaining: 4 } }] } },
    });
  });
});

describe('a token', () => {
  const now = Math.floor(Date.now() / 1_000);
  it.each([
    ['that has expired', () => stack.mint.mint({ iat: now - 1_800, exp: now - 900 })],
    ['for another audience', () => stack.mint.mint({ aud: 'another-shop' })],
    ['of another issuer', () => stack.mint.mint({ iss: 'another-issuer' })],
    ['that never expires', () => stack.mint.mint({ exp: undefined })],
    ['of an unknown key', () => stack.mint.mint({}, { kid: 'unknown' })],
    ['with alg none', () => `${stack.mint.mint({}, { alg: 'none' }).split('.').slice(0, 2).join('.')}.`],
    ['with another algorithm in its header', () => stack.mint.mint({}, { alg: 'HS256' })],
    ['whose subject is no UUID', () => stack.mint.mint({ sub: 'admin' })],
    ['that was tampered with', () => tamper(stack.mint.buyer())],
    ['that is none', () => 'no token at all'],
  ])('%s is 401, for every operation', async (_, make) => {
    for (const query of ['{ serverTime }', '{ me { id } }']) {
      const reply = await stack.execute(query, {}, make());
      expect([reply.status, code(reply)]).toEqual([401, 'UNAUTHENTICATED']);
    }
  });

  it('of a buyer does not create products: 403', async () => {
    const reply = await stack.execute(
      'mutation ($input: CreateProductInput!) { createProduct(input: $input) { __typename } }',
      { input: { name: 'Mine', type: 'GENERAL', price: { amount: 1 } } },
      stack.mint.buyer(),
    );
    expect([reply.status, code(reply)]).toEqual([403, 'FORBIDDEN']);
  });

  it('of a session that was signed out is 401 within a second', async () => {
    const signedIn = await stack.execute(
      'mutation { signIn(input: { email: "buyer@firstcome.example", password: "firstcome-buyer" }) { ... on Session { accessToken } } }',
    );
    const token = (signedIn.data?.['signIn'] as { accessToken: string }).accessToken;
    expect((await stack.execute('{ me { id } }', {}, token)).status).toBe(200);
    await stack.execute('mutation { signOut { __typename } }', {}, token);
    const until = Date.now() + 1_000;
    let status = 200;
    while (status === 200 && Date.now() < until)
      status = (await stack.execute('{ me { id } }', {}, token)).status;
    expect(status).toBe(401);
  });
});

describe('a request straight to a subgraph', () => {
  it('is 401, with a token, with a made-up identity, and for federation fields', async () => {
    for (const service of [stack.user[0]!, stack.product[0]!, stack.order[0]!]) {
      for (const headers of [
        {},
        { authorization: `Bearer ${stack.mint.administrator()}` },
        {
          'x-firstcome-identity': `${Buffer.from('{"u":"x","r":"x","x":99999999999999}').toString('base64url')}.AAAA`,
        },
      ]) {
        const response = await fetch(`${service.url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers } as Record<string, string>,
          body: JSON.stringify({ query: '{ _service { sdl } }' }),
        });
        expect(response.status).toBe(401);
      }
    }
  });
});

describe('bad input to a purchase', () => {
  it('is answered with every problem, and nothing is written', async () => {
    const product = await openSale(stack, { units: 2 });
    const before = await readStock(stack, product);
    const reply = await stack.execute(
      'mutation ($input: PurchaseInput!) { purchase(input: $input) { __typename ... on InvalidInput { problems { path } } } }',
      { input: { productId: product, quantity: -1, idempotencyKey: 'short' } },
      stack.mint.buyer(),
    );
    expect(reply.data).toEqual({
      purchase: { __typename: 'InvalidInput', problems: [{ path: 'quantity' }, { path: 'idempotencyKey' }] },
    });
    expect(await readStock(stack, product)).toEqual(before);
  });

  it('of a quantity that is no 32-bit integer is 400', async () => {
    const reply = await stack.execute(
      PURCHASE,
      { input: { ...input(), quantity: 2 ** 31 } },
      stack.mint.buyer(),
    );
    expect(reply.status).toBe(400);
    expect(reply.errors?.[0]?.message).toContain('quantity');
  });
});

function tamper(token: string): string {
  const [header, payload, signature] = token.split('.');
  const claims = JSON.parse(Buffer.from(payload!, 'base64url').toString()) as object;
  const forged = Buffer.from(JSON.stringify({ ...claims, scope: 'catalog:write' })).toString('base64url');
  return `${header}.${forged}.${signature}`;
}
