import { afterAll, beforeAll, expect, it } from 'vitest';
import { useStores } from '../../tests/harness/stores.ts';
import { create, seen, update } from './testing/catalog.ts';
import { startTestSubgraph, type ProductSubgraph } from './testing/product-subgraph.ts';

const stores = useStores();
let subgraph: ProductSubgraph;

beforeAll(async () => {
  subgraph = await startTestSubgraph(stores);
});
afterAll(() => subgraph.close());

const LARGEST_INT = 2 ** 31 - 1;

/** Longest by the rules of `product-rules.ts`, in characters of four bytes in UTF-8. */
const LONGEST = {
  description: '😀'.repeat(10_000),
  imageUrl: `https://shop.example/${'😀'.repeat(2_048 - 21)}`,
  price: { amount: LARGEST_INT, currency: 'KRW' },
  opensAt: '9999-12-31T23:59:59.998Z',
  closesAt: '9999-12-31T23:59:59.999Z',
  purchaseLimit: LARGEST_INT,
};

it.each([
  ['without words', '😀'.repeat(200)],
  ['of one word', '𠮷'.repeat(200)],
  ['of many words', '𠮷 '.repeat(99) + '𠮷𠮷'],
  // One character that stands for eighteen in the search.
  ['that grow in the search', 'ﷺ'.repeat(200)],
])('the longest value of every rule is stored and read back, with a name %s', async (_kind, name) => {
  const outcome = await create(subgraph, { ...LONGEST, name, type: 'FLASH_SALE' });
  expect(outcome.product).toMatchObject({ ...LONGEST, name });
  const { id } = outcome.product!;
  expect(await seen(subgraph, id)).toMatchObject({ ...LONGEST, name });
  expect((await update(subgraph, { id, ...LONGEST, name })).product).toMatchObject({ ...LONGEST, name });
});
