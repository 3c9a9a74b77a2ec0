import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { openSale, purchase } from '../harness/shop.ts';
import { useStack } from '../harness/stack.ts';
import { useStores } from '../harness/stores.ts';

const stack = useStack(useStores(), { processes: { user: 1, product: 1, order: 1, router: 1 } });

const NODE = `query ($id: ID!) { node(id: $id) {
  __typename id
  ... on Product { name stock { total remaining } }
  ... on Order { status buyer { id } items { product { name } } }
  ... on User { __isNode: __typename email orders(first: 10) { nodes { id } } }
} }`;

const node = async (id: string, token?: string) => {
  const { status, data, errors } = await stack.execute(NODE, { id }, token);
  expect([status, errors]).toEqual([200, undefined]);
  return data?.['node'];
};

describe('a node is found by its id alone', () => {
  let owner: { readonly accessToken: string; readonly user: { readonly id: string } };
  let product: string;
  let order: string;

  beforeAll(async () => {
    const { data } = await stack.execute(
      'mutation ($input: SignInInput!) { signIn(input: $input) { ... on Session { accessToken user { id } } } }',
      { input: { email: 'buyer@firstcome.example', password: 'firstcome-buyer' } },
    );
    owner = data!['signIn'] as typeof owner;
    product = await openSale(stack, { units: 2, name: 'Tea' });
    order = (await purchase(stack, product, owner.accessToken)).order!.id;
  });

  it('a product for all, with the fields of both subgraphs', async () => {
    const found = {
      __typename: 'Product',
      id: product,
      name: 'Tea',
      stock: { total: 2, remaining: 1 },
    };
    for (const token of [undefined, stack.mint.buyer(), owner.accessToken])
      expect(await node(product, token)).toEqual(found);
  });

  it('an order for its buyer and `order:read`, over three subgraphs, and for no others', async () => {
    const found = {
      __typename: 'Order',
      id: order,
      status: 'PENDING_PAYMENT',
      buyer: { id: owner.user.id },
      items: [{ product: { name: 'Tea' } }],
    };
    for (const token of [owner.accessToken, stack.mint.mint({ scope: 'order:read' })])
      expect(await node(order, token)).toEqual(found);
    for (const token of [undefined, stack.mint.buyer(), stack.mint.mint({ scope: 'user:read' })])
      expect(await node(order, token)).toBeNull();
  });

  it('a user for that user and `user:read`, and for no others', async () => {
    expect(await node(owner.user.id, owner.accessToken)).toEqual({
      __typename: 'User',
      id: owner.user.id,
      __isNode: 'User',
      email: 'buyer@firstcome.example',
      orders: { nodes: [{ id: order }] },
    });
    expect(await node(owner.user.id, stack.mint.mint({ scope: 'user:read' }))).toMatchObject({
      __typename: 'User',
      email: 'buyer@firstcome.example',
      orders: { nodes: [] },
    });
    for (const token of [undefined, stack.mint.buyer(), stack.mint.mint({ scope: 'order:read' })])
      expect(await node(owner.user.id, token)).toBeNull();
  });

  it.each([
    ['of none of them', randomUUID()],
    ['in the form of an order’s', '00000000-0000-8000-8000-000000000000'],
    ['that is no UUID', 'Product:1'],
    ['of no characters', ''],
  ])('nothing under an id %s, also for an administrator', async (_, id) => {
    for (const token of [undefined, stack.mint.buyer(), stack.mint.administrator()])
      expect(await node(id, token)).toBeNull();
  });
});
