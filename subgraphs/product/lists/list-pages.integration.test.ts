import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { encodeCursor } from '../../../platform/graphql/connection.ts';
import { itHolds } from '../../../tests/harness/properties.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import type { ProductOrder } from '../__generated__/resolvers-types.ts';
import { createdProduct, type SeenProduct } from '../testing/catalog.ts';
import { startTestSubgraph, type ProductSubgraph } from '../testing/product-subgraph.ts';

const stores = useStores();
let subgraph: ProductSubgraph;
let all: readonly SeenProduct[];

const HOUR_MS = 3_600_000;
const WORDS = ['mug', 'lamp', 'box'];
const PRODUCTS = 24;

const made = fc.record({
  name: fc.subarray(WORDS, { minLength: 1 }).map((words) => words.join(' ')),
  type: fc.constantFrom('GENERAL', 'FLASH_SALE'),
  price: fc.nat(3).map((amount) => ({ amount: 100 + amount })),
  /** Far enough from now that no status changes meanwhile. */
  opensAt: fc.constantFrom(-4, -3, 3, 4),
});

beforeAll(async () => {
  subgraph = await startTestSubgraph(stores);
  const now = Date.now();
  const products = fc.sample(made, PRODUCTS);
  all = await Promise.all(
    products.map(({ opensAt, ...product }) =>
      createdProduct(subgraph, {
        ...product,
        opensAt: new Date(now + opensAt * HOUR_MS),
        closesAt: new Date(now + (opensAt === -4 ? -2 : 9) * HOUR_MS),
      }),
    ),
  );
});
afterAll(() => subgraph.close());

interface Filter {
  readonly type?: string;
  readonly status?: string;
  readonly search?: string;
}

interface Page {
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly id: string } }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly totalCount: number;
}

const LIST = `query ($first: Int!, $after: String, $filter: ProductFilter, $orderBy: ProductOrder!) {
  products(first: $first, after: $after, filter: $filter, orderBy: $orderBy) {
    edges { cursor node { id } } pageInfo { hasNextPage endCursor } totalCount
  }
}`;

const list = async (variables: object): Promise<Page> =>
  (await subgraph.read<{ products: Page }>(LIST, variables)).products;

/** By what each order sorts; upwards, or downwards with the ids. */
const SORTED: Record<ProductOrder, readonly [sign: 1 | -1, by: (product: SeenProduct) => number]> = {
  NEWEST: [-1, ({ createdAt }) => Date.parse(createdAt)],
  OPENING_SOONEST: [1, ({ opensAt }) => Date.parse(opensAt)],
  PRICE_ASCENDING: [1, ({ price }) => price.amount],
  PRICE_DESCENDING: [-1, ({ price }) => price.amount],
};

function expectedIds({ type, status, search }: Filter, orderBy: ProductOrder): string[] {
  const [sign, by] = SORTED[orderBy];
  return all
    .filter(
      (product) =>
        (!type || product.type === type) &&
        (!status || product.status === status) &&
        (search ?? '').split(' ').every((word) => product.name.includes(word)),
    )
    .sort((a, b) => sign * (by(a) - by(b) || (a.id < b.id ? -1 : 1)))
    .map(({ id }) => id);
}

const orders = fc.constantFrom(...(Object.keys(SORTED) as ProductOrder[]));
const filters: fc.Arbitrary<Filter> = fc.record(
  {
    type: fc.constantFrom('GENERAL', 'FLASH_SALE'),
    status: fc.constantFrom('UPCOMING', 'OPEN', 'CLOSED'),
    search: fc.subarray(WORDS).map((words) => words.join(' ')),
  },
  { requiredKeys: [] },
);
const idsOf = ({ edges }: Page): string[] => edges.map(({ node }) => node.id);

describe('the pages of the list of products', () => {
  itHolds(
    'are the whole list, none twice and none left out, in every order and from every place in it',
    40,
    fc.asyncProperty(orders, filters, fc.integer({ min: 1, max: 9 }), async (orderBy, filter, first) => {
      const whole = expectedIds(filter, orderBy);
      const seen: string[] = [];
      for (let after: string | null = null; ;) {
        const page: Page = await list({ first, after, filter, orderBy });
        expect(page.totalCount).toBe(whole.length);
        const [edge] = page.edges;
        if (edge)
          expect(idsOf(await list({ first: 100, after: edge.cursor, filter, orderBy }))).toEqual(
            whole.slice(seen.length + 1),
          );
        seen.push(...idsOf(page));
        if (!page.pageInfo.hasNextPage) break;
        after = page.pageInfo.endCursor;
      }
      expect(seen).toEqual(whole);
    }),
  );

  const anyCursor = fc.oneof(
    fc.string(),
    fc
      .tuple(
        orders,
        fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.maxSafeInteger()),
        fc.uuid(),
      )
      .map(encodeCursor),
  );

  itHolds(
    'begin behind any cursor of this list, and whatever is none is a bad request',
    100,
    fc.asyncProperty(anyCursor, orders, async (after, orderBy) => {
      const { errors = [] } = await subgraph.request(LIST, { first: 5, after, orderBy });
      expect(
        errors.map(({ extensions }) => extensions?.code).filter((code) => code !== 'BAD_REQUEST'),
      ).toEqual([]);
    }),
  );
});
