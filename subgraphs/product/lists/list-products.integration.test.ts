import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useStores } from '../../../tests/harness/stores.ts';
import { createdProduct, withdraw, type SeenProduct } from '../testing/catalog.ts';
import { startTestSubgraph, type ProductSubgraph } from '../testing/product-subgraph.ts';
import { statementsOf } from '../testing/statements.ts';

const stores = useStores();
let subgraph: ProductSubgraph;

interface Page {
  readonly edges: { readonly cursor: string; readonly node: SeenProduct }[];
  readonly nodes: SeenProduct[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
  readonly totalCount: number;
}

const LIST = `query ($first: Int! = 100, $after: String, $filter: ProductFilter, $orderBy: ProductOrder! = NEWEST) {
  products(first: $first, after: $after, filter: $filter, orderBy: $orderBy) {
    edges { cursor node { id } }
    nodes { id name type status opensAt createdAt price { amount } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    totalCount
  }
}`;

const list = async (variables: object = {}): Promise<Page> =>
  (await subgraph.read<{ products: Page }>(LIST, variables)).products;

const hours = (count: number): string => new Date(Date.now() + count * 3_600_000).toISOString();

beforeAll(async () => {
  subgraph = await startTestSubgraph(stores);
  const general = { type: 'GENERAL' };
  const flash = { type: 'FLASH_SALE' };
  await createdProduct(subgraph, { ...general, name: 'Mechanical Keyboard', price: { amount: 300 } });
  await createdProduct(subgraph, {
    ...general,
    name: '무선키보드 black',
    opensAt: hours(2),
    price: { amount: 200 },
  });
  await createdProduct(subgraph, { ...flash, name: 'Café mug', closesAt: hours(1), price: { amount: 200 } });
  await createdProduct(subgraph, {
    ...flash,
    name: 'Mug 100%',
    opensAt: hours(-2),
    closesAt: hours(-1),
    price: { amount: 100 },
  });
  await createdProduct(subgraph, {
    ...flash,
    name: 'Black mug',
    opensAt: hours(1),
    closesAt: hours(3),
    price: { amount: 200 },
  });
  const { id } = await createdProduct(subgraph, { ...general, name: 'Old lamp', price: { amount: 50 } });
  await withdraw(subgraph, id);
});

afterAll(() => subgraph.close());

const names = (page: Page): string[] => page.nodes.map(({ name }) => name);

describe('the list of products', () => {
  it('is filtered by type', async () => {
    const page = await list({ filter: { type: 'FLASH_SALE' } });
    expect(names(page).sort()).toEqual(['Black mug', 'Café mug', 'Mug 100%']);
    expect(page.totalCount).toBe(3);
  });

  it.each([
    ['UPCOMING', ['Black mug', '무선키보드 black']],
    ['OPEN', ['Café mug', 'Mechanical Keyboard']],
    ['CLOSED', ['Mug 100%']],
    ['WITHDRAWN', ['Old lamp']],
  ])('is filtered by the status %s of this moment', async (status, expected) => {
    const page = await list({ filter: { status } });
    expect(names(page).sort()).toEqual(expected);
    expect(page.totalCount).toBe(expected.length);
    expect(new Set(page.nodes.map((node) => node.status))).toEqual(new Set([status]));
  });

  it.each([
    ['mug', ['Black mug', 'Café mug', 'Mug 100%']],
    ['MUG cafe', ['Café mug']],
    ['키보드', ['무선키보드 black']],
    ['board', ['Mechanical Keyboard']],
    ['black mug', ['Black mug']],
    ['100%', ['Mug 100%']],
    ['%', []],
    ['!!!', []],
    ['🎁', []],
    ['  ', ['Black mug', 'Café mug', 'Mechanical Keyboard', 'Mug 100%', 'Old lamp', '무선키보드 black']],
    ['', ['Black mug', 'Café mug', 'Mechanical Keyboard', 'Mug 100%', 'Old lamp', '무선키보드 black']],
    ['mugs', []],
    ["' OR 1=1 --", []],
  ])('is searched for %j', async (search, expected) => {
    const page = await list({ filter: { search } });
    expect(names(page).sort()).toEqual(expected);
    expect(page.totalCount).toBe(expected.length);
  });

  it('is filtered by all at once', async () => {
    const page = await list({ filter: { type: 'FLASH_SALE', status: 'UPCOMING', search: 'mug' } });
    expect(names(page)).toEqual(['Black mug']);
  });

  it('comes in the requested order', async () => {
    const amounts = async (orderBy: string) =>
      (await list({ orderBy })).nodes.map(({ price }) => price.amount);
    expect(await amounts('PRICE_ASCENDING')).toEqual([50, 100, 200, 200, 200, 300]);
    expect(await amounts('PRICE_DESCENDING')).toEqual([300, 200, 200, 200, 100, 50]);
    const openings = (await list({ orderBy: 'OPENING_SOONEST' })).nodes.map(({ opensAt }) => opensAt);
    expect(openings).toEqual([...openings].sort());
    expect(names(await list())[0]).toBe('Old lamp');
  });

  it('sends MySQL no statement for a search without letters and digits', async () => {
    const query = '{ products(filter: { search: "!!!" }) { nodes { id } totalCount } }';
    expect(await statementsOf(() => subgraph.read(query))).toEqual([]);
  });

  it('takes one statement, and another one only for a total that is selected', async () => {
    const page = await statementsOf(() => subgraph.read('{ products { nodes { id } } }'));
    const both = await statementsOf(() => subgraph.read('{ products { nodes { id } totalCount } }'));
    expect([page.length, both.length]).toEqual([1, 2]);
  });

  it.each([
    { first: 0 },
    { first: -1 },
    { first: 101 },
    { after: 'rubbish' },
    { after: '' },
    { filter: { search: 'a b c d e f' } },
    { filter: { search: 'x'.repeat(201) } },
  ])('is not given for %j', async (variables) => {
    const { data, errors } = await subgraph.request(LIST, variables);
    expect(data ?? null).toBeNull();
    expect(errors?.[0]?.extensions?.code).toBe('BAD_REQUEST');
  });

  it('does not go on in another order', async () => {
    const { pageInfo } = await list({ orderBy: 'PRICE_ASCENDING', first: 2 });
    const { errors } = await subgraph.request(LIST, { orderBy: 'NEWEST', after: pageInfo.endCursor });
    expect(errors?.[0]?.extensions?.code).toBe('BAD_REQUEST');
  });

  it('returns its page info', async () => {
    const first = await list({ first: 4 });
    expect(first.pageInfo).toEqual({
      hasNextPage: true,
      hasPreviousPage: false,
      startCursor: first.edges[0]!.cursor,
      endCursor: first.edges[3]!.cursor,
    });
    const second = await list({ first: 4, after: first.pageInfo.endCursor });
    expect(second.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
    expect(second.nodes).toHaveLength(2);
    const beyond = await list({ after: second.pageInfo.endCursor });
    expect(beyond.pageInfo).toEqual({
      hasNextPage: false,
      hasPreviousPage: false,
      startCursor: null,
      endCursor: null,
    });
  });
});

describe('paging through a list', () => {
  it.each(['NEWEST', 'OPENING_SOONEST', 'PRICE_ASCENDING', 'PRICE_DESCENDING'])(
    'meets every product once in the order %s, equal ones too, while others are added',
    async (orderBy) => {
      const there = (await list()).nodes.map(({ id }) => id);
      const met: string[] = [];
      let after: string | null = null;
      do {
        const page: Page = await list({ orderBy, first: 2, after });
        met.push(...page.nodes.map(({ id }) => id));
        after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
        // Beside those that are there, before and after the current position.
        if (met.length <= 6)
          await Promise.all([50, 200, 400].map((amount) => createdProduct(subgraph, { price: { amount } })));
      } while (after);
      expect(new Set(met).size).toBe(met.length);
      expect(met).toEqual(expect.arrayContaining(there));
    },
  );
});
