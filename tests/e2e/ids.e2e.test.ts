import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { EventStream } from '../harness/event-stream.ts';
import { newKey, openSale, purchase } from '../harness/shop.ts';
import { useStack } from '../harness/stack.ts';
import { useStores } from '../harness/stores.ts';
import { executeAtSubgraph } from '../harness/subgraph-call.ts';
import { waitUntil } from '../harness/wait-until.ts';

const stack = useStack(useStores());
const SPELLINGS: readonly [name: string, spell: (id: string) => string][] = [
  ['in lower case', (id) => id],
  ['in upper case', (id) => id.toUpperCase()],
  ['as a URN', (id) => `urn:uuid:${id.toUpperCase()}`],
  ['without dashes', (id) => id.replaceAll('-', '')],
  ['in braces', (id) => `{${id.toUpperCase()}}`],
];
let product: string;
beforeAll(async () => {
  product = await openSale(stack, { units: 100, name: 'Spelled box' });
}, 60_000);

describe.each(SPELLINGS)('an id %s', (_name, spell) => {
  it('is the same product for every reader, and is answered in lower case', async () => {
    const read = await stack.execute(
      `query ($id: ID!) { product(id: $id) { id name stock { total } } stock(productId: $id) { total } }`,
      { id: spell(product) },
    );
    expect(read.data).toEqual({
      product: { id: product, name: 'Spelled box', stock: { total: 100 } },
      stock: { total: 100 },
    });
    const stream = await EventStream.open(stack.routers[0]!.url, [spell(product), product]);
    onTestFinished(() => stream.close());
    await waitUntil('the state', () => stream.events.length > 0);
    expect(stream.events.map(({ data }) => data.productId)).toEqual([product]);
  });

  it('is the same product to a subgraph behind another router', async () => {
    const representations = [{ __typename: 'Product', id: spell(product) }];
    const query = (fields: string) =>
      `query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on Product { id ${fields} } } }`;
    const ofOrder = await executeAtSubgraph('order', stack.order[0]!.url, query('stock { total }'), {
      representations,
    });
    expect(ofOrder.data).toEqual({ _entities: [{ id: product, stock: { total: 100 } }] });
    const ofProduct = await executeAtSubgraph('product', stack.product[0]!.url, query('name'), {
      representations,
    });
    expect(ofProduct.data).toEqual({ _entities: [{ id: product, name: 'Spelled box' }] });
  });

  it('buys once under one key, and names the order', async () => {
    const token = stack.mint.buyer();
    const key = newKey();
    const bought = await purchase(stack, spell(product), token, key);
    expect(bought).toMatchObject({ __typename: 'PurchaseConfirmed', replayed: false });
    expect(await purchase(stack, product, token, key)).toMatchObject({
      replayed: true,
      order: { id: bought.order!.id },
    });

    const id = spell(bought.order!.id);
    const read = await stack.execute(
      'query ($id: ID!) { order(id: $id) { id items { product { id } } } }',
      { id },
      token,
    );
    expect(read.data).toEqual({ order: { id: bought.order!.id, items: [{ product: { id: product } }] } });
    const cancelled = await stack.execute(
      'mutation ($id: ID!) { cancelOrder(input: { orderId: $id }) { __typename } }',
      { id },
      token,
    );
    expect(cancelled.data).toEqual({ cancelOrder: { __typename: 'OrderCancelled' } });
  });

  it('is one line on a wishlist', async () => {
    const token = stack.mint.buyer();
    const change = (mutation: string, id: string) =>
      stack.execute(
        `mutation ($id: ID!) { ${mutation}(input: { productId: $id }) {
          __typename ... on WishlistUpdated { wishlist { quantity product { id } } }
        } }`,
        { id },
        token,
      );
    await change('addToWishlist', product);
    const added = await change('addToWishlist', spell(product));
    expect(added.data).toMatchObject({
      addToWishlist: { wishlist: [{ quantity: 2, product: { id: product } }] },
    });
    const removed = await change('removeFromWishlist', spell(product));
    expect(removed.data).toMatchObject({ removeFromWishlist: { wishlist: [] } });
  });

  it('is the same product for its seller, and the same restock', async () => {
    const token = stack.mint.administrator();
    const idempotencyKey = newKey();
    const restock = (id: string, change: number) =>
      stack.execute(
        'mutation ($input: RestockInput!) { restock(input: $input) { __typename ... on Restocked { stock { total } } } }',
        { input: { productId: id, change, idempotencyKey } },
        token,
      );
    for (const id of [spell(product), product]) {
      expect((await restock(id, 5)).data).toMatchObject({ restock: { stock: { total: 105 } } });
    }
    await stack.execute(
      'mutation ($input: RestockInput!) { restock(input: $input) { __typename } }',
      { input: { productId: spell(product), change: -5, idempotencyKey: newKey() } },
      token,
    );
    const updated = await stack.execute(
      `mutation ($id: ID!) { updateProduct(input: { id: $id, description: "Spelled ${newKey()}" }) {
        __typename ... on ProductSaved { product { id } }
      } }`,
      { id: spell(product) },
      token,
    );
    expect(updated.data).toEqual({ updateProduct: { __typename: 'ProductSaved', product: { id: product } } });
  });
});
