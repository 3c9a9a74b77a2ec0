import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useStores } from '../../../tests/harness/stores.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';
import { create, createdProduct, referenced, seen, update, withdraw } from '../testing/catalog.ts';
import {
  buyer,
  administrator,
  startTestSubgraph,
  type ProductSubgraph,
} from '../testing/product-subgraph.ts';

const stores = useStores();
let subgraph: ProductSubgraph;

beforeAll(async () => {
  subgraph = await startTestSubgraph(stores);
});

afterAll(() => subgraph.close());

const inAnHour = new Date(Date.now() + 3_600_000).toISOString();
const inADay = new Date(Date.now() + 86_400_000).toISOString();

const countAll = async (): Promise<number> =>
  (await subgraph.read<{ products: { totalCount: number } }>('{ products { totalCount } }')).products
    .totalCount;

describe('createProduct', () => {
  it('puts a product on sale at once, in won and without limit, by default', async () => {
    const product = await createdProduct(subgraph, { name: '  Mug ' });
    expect(product).toMatchObject({
      name: 'Mug',
      type: 'GENERAL',
      price: { amount: 12_000, currency: 'KRW' },
      description: null,
      imageUrl: null,
      closesAt: null,
      purchaseLimit: null,
      status: 'OPEN',
      opensAt: product.createdAt,
      updatedAt: product.createdAt,
    });
    expect(await seen(subgraph, product.id)).toEqual(product);
    expect(await referenced(subgraph, [product.id])).toEqual([product]);
  });

  it('stores every field of the input', async () => {
    const input = {
      name: '한정판 운동화 👟',
      description: 'Only today.\nOnly here.',
      imageUrl: 'https://cdn.example/shoe.png',
      type: 'FLASH_SALE',
      price: { amount: 2_147_483_647, currency: 'USD' },
      opensAt: inAnHour,
      closesAt: inADay,
      purchaseLimit: 2,
    };
    const product = await createdProduct(subgraph, input);
    expect(product).toMatchObject({ ...input, status: 'UPCOMING' });
    expect(await seen(subgraph, product.id)).toEqual(product);
  });

  it('names every problem and writes nothing', async () => {
    const before = await countAll();
    const refusal = await create(subgraph, {
      name: ' ',
      type: 'FLASH_SALE',
      price: { amount: -1, currency: 'won' },
      imageUrl: 'file:///etc/passwd',
      purchaseLimit: 0,
    });
    expect(refusal.__typename).toBe('InvalidInput');
    const paths = refusal.problems?.map(({ path }) => path);
    expect(paths).toEqual([
      'name',
      'imageUrl',
      'price.amount',
      'price.currency',
      'closesAt',
      'purchaseLimit',
    ]);
    expect(await countAll()).toBe(before);
  });

  it('refuses a window that is upside down', async () => {
    const refusal = await create(subgraph, { type: 'FLASH_SALE', opensAt: inADay, closesAt: inAnHour });
    expect(refusal.problems).toEqual([{ path: 'closesAt', message: 'Must be after opensAt.' }]);
  });

  it('refuses an amount that is no 32-bit integer', async () => {
    const mutation = `mutation ($amount: Int!) {
      createProduct(input: { name: "Mug", type: GENERAL, price: { amount: $amount } }) { __typename }
    }`;
    const { errors } = await subgraph.request(mutation, { amount: 2_147_483_648 }, administrator);
    expect(errors?.[0]?.extensions?.code).toMatch(/BAD_/);
  });
});

describe('updateProduct', () => {
  it('leaves alone what is left out, and clears what is null', async () => {
    const product = await createdProduct(subgraph, {
      description: 'old',
      purchaseLimit: 3,
      closesAt: inADay,
    });

    const renamed = await update(subgraph, { id: product.id, name: 'Cup' });
    expect(renamed.product).toEqual({ ...product, name: 'Cup', updatedAt: renamed.product?.updatedAt });

    const cleared = await update(subgraph, {
      id: product.id,
      description: null,
      purchaseLimit: null,
      closesAt: null,
    });
    expect(cleared.product).toMatchObject({
      name: 'Cup',
      description: null,
      purchaseLimit: null,
      closesAt: null,
    });
    expect(await seen(subgraph, product.id)).toEqual(cleared.product);
  });

  it('refuses to clear what a product cannot do without', async () => {
    const product = await createdProduct(subgraph);
    const refusal = await update(subgraph, { id: product.id, name: null, price: null, opensAt: null });
    expect(refusal.problems?.map(({ path }) => path)).toEqual(['name', 'price', 'opensAt']);
    expect(await seen(subgraph, product.id)).toEqual(product);
  });

  it('validates the product as a whole', async () => {
    const product = await createdProduct(subgraph, { type: 'FLASH_SALE', closesAt: inAnHour });
    const upsideDown = await update(subgraph, { id: product.id, opensAt: inADay });
    expect(upsideDown.problems).toEqual([{ path: 'closesAt', message: 'Must be after opensAt.' }]);
    const endless = await update(subgraph, { id: product.id, closesAt: null });
    expect(endless.problems).toEqual([{ path: 'closesAt', message: 'Is required for a FLASH_SALE.' }]);
    expect(await seen(subgraph, product.id)).toEqual(product);
  });

  it('keeps both of two changes that are made at a time', async () => {
    const product = await createdProduct(subgraph);
    await Promise.all([
      update(subgraph, { id: product.id, name: 'Cup' }),
      update(subgraph, { id: product.id, description: 'With a handle.' }),
    ]);
    expect(await seen(subgraph, product.id)).toMatchObject({ name: 'Cup', description: 'With a handle.' });
  });

  it.each([randomUUID(), 'no id'])('knows no product %s', async (id) => {
    expect((await update(subgraph, { id, name: 'Cup' })).__typename).toBe('ProductNotFound');
  });
});

describe('withdrawProduct', () => {
  it('takes a product off sale for good, whatever happens to its window', async () => {
    const product = await createdProduct(subgraph);
    const first = await withdraw(subgraph, product.id);
    expect(first.product).toEqual({ ...product, status: 'WITHDRAWN', updatedAt: first.product?.updatedAt });
    expect((await update(subgraph, { id: product.id, opensAt: inAnHour })).product?.status).toBe('WITHDRAWN');
  });

  it('changes nothing the second time', async () => {
    const product = await createdProduct(subgraph);
    const first = await withdraw(subgraph, product.id);
    expect(await withdraw(subgraph, product.id)).toEqual(first);
    expect(await seen(subgraph, product.id)).toEqual(first.product);
  });

  it.each([randomUUID(), 'no id'])('knows no product %s', async (id) => {
    expect((await withdraw(subgraph, id)).__typename).toBe('ProductNotFound');
  });
});

describe('who may do what', () => {
  const mutations = {
    createProduct:
      'createProduct(input: { name: "Mug", type: GENERAL, price: { amount: 1 } }) { __typename }',
    updateProduct: `updateProduct(input: { id: "${randomUUID()}" }) { __typename }`,
    withdrawProduct: `withdrawProduct(input: { id: "${randomUUID()}" }) { __typename }`,
  };

  it.each(Object.entries(mutations))('%s needs the scope catalog:write', async (_, mutation) => {
    const answers = [null, buyer].map((caller) => subgraph.request(`mutation { ${mutation} }`, {}, caller));
    const codes = (await Promise.all(answers)).map(({ errors }) => errors?.[0]?.extensions?.code);
    expect(codes).toEqual(['UNAUTHENTICATED', 'FORBIDDEN']);
  });

  it('products are public', async () => {
    const product = await createdProduct(subgraph);
    expect(await seen(subgraph, product.id)).toEqual(product);
    expect(await countAll()).toBeGreaterThan(0);
  });

  it('a request without an identity that the router signed is rejected', async () => {
    const response = await fetch(`${subgraph.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ _service { sdl } }' }),
    });
    expect(response.status).toBe(401);
  });
});

describe('the status', () => {
  it('follows the clock without anything being written', async () => {
    const { id } = await createdProduct(subgraph, {
      type: 'FLASH_SALE',
      opensAt: new Date(Date.now() + 1_000).toISOString(),
      closesAt: new Date(Date.now() + 2_000).toISOString(),
    });
    const statuses: string[] = [];
    await waitUntil('the sale to close', async () => {
      const { status } = (await seen(subgraph, id))!;
      if (statuses.at(-1) !== status) statuses.push(status);
      return status === 'CLOSED';
    });
    expect(statuses).toEqual(['UPCOMING', 'OPEN', 'CLOSED']);
  });
});
