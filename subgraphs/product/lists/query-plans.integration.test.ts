import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useStores } from '../../../tests/harness/stores.ts';
import { databaseName } from '../../../platform/mysql/connection-options.ts';
import { openOrm, type Database } from '../../../platform/mysql/database.ts';
import { readFromPrimary } from '../../../platform/mysql/replica-reads.ts';
import type { ProductOrder, ProductType, SaleStatus } from '../__generated__/resolvers-types.ts';
import { Product } from '../catalog/product.ts';
import { createProductListRepository, type FoundPage } from './product-list-repository.ts';
import type { PageRequest, Selection } from './selection.ts';
import { openProductDatabase } from '../stores.ts';
import { PRODUCT_ORDERS, type Position } from './product-order.ts';
import { fillCatalog } from '../testing/large-catalog.ts';
import { silent, testConfig } from '../testing/product-subgraph.ts';
import { boundStatementsOf, type BoundStatement } from '../testing/statements.ts';

const PRODUCTS = 100_000;
const stores = useStores();
const now = new Date('2026-06-15T12:00:00.000Z');
let database: Database;
/** One connection, so that its counters are those of the statements. */
let session: DataSource;
let lists: {
  findPage(selection: Selection, page: PageRequest): Promise<FoundPage>;
  count(selection: Selection): Promise<number>;
};

beforeAll(async () => {
  const config = testConfig(stores);
  database = await openProductDatabase(config, silent);
  const name = databaseName(config.MYSQL_URL, 'product');
  await fillCatalog(config.MYSQL_URL, name, PRODUCTS, now);
  session = await openOrm(
    { url: config.MYSQL_URL, entities: [Product], migrations: [], poolSize: 1, queueLimit: 10 },
    name,
  );
  const reads = readFromPrimary(session);
  const repository = createProductListRepository({ ...reads, read: (_client, work) => reads.read(work) });
  lists = {
    findPage: (selection, page) => repository.findPage('a client', selection, page),
    count: (selection) => repository.count('a client', selection),
  };
}, 240_000);

afterAll(async () => {
  await session.destroy();
  await database.close();
});

const orders = Object.keys(PRODUCT_ORDERS) as ProductOrder[];
const types: (ProductType | null)[] = [null, 'GENERAL', 'FLASH_SALE'];
const statuses: (SaleStatus | null)[] = [null, 'UPCOMING', 'OPEN', 'CLOSED', 'WITHDRAWN'];
const searches = [[], ['mug'], ['g'], ['운동', '199'], ['mug', 'keyboard'], ['1', '2', '3', '4', '5']];
const all: Selection[] = types.flatMap((type) =>
  statuses.flatMap((status) => searches.map((words) => ({ type, status, words, now }))),
);

async function rowsRead<Result>(work: () => Promise<Result>): Promise<{ rows: number; result: Result }> {
  const counted = async () => {
    const counters = await session.query<{ Value: string }[]>("SHOW SESSION STATUS LIKE 'Handler_read%'");
    return counters.reduce((sum, counter) => sum + Number(counter.Value), 0);
  };
  const before = await counted();
  const result = await work();
  return { rows: (await counted()) - before, result };
}

interface Reading {
  readonly rows: number;
  readonly statements: readonly BoundStatement[];
}

const readings = new Map<string, Reading>();

/** Each page is read once for all tests: together they take the server half a minute. */
async function readingOf(selection: Selection, page: PageRequest): Promise<Reading> {
  const key = JSON.stringify({ selection, page });
  const known = readings.get(key);
  if (known) return known;
  const { rows, result } = await rowsRead(() => boundStatementsOf(() => lists.findPage(selection, page)));
  const reading = { rows, statements: result };
  readings.set(key, reading);
  return reading;
}

const MIDDLE = '80000000-0000-0000-0000-000000000000';
const pagesIn = (order: ProductOrder): PageRequest[] => [
  { order, limit: 21, after: null },
  { order, limit: 21, after: { value: PRODUCT_ORDERS[order].by === 'amount' ? 250 : now, id: MIDDLE } },
];

/** What the worst of them reads, temporary tables included, however many products there are. */
const MOST_ROWS = 90_000;
const isSorted = ({ status, words }: Selection): boolean =>
  words.length === 0 && (status === null || status === 'WITHDRAWN');

describe(`among ${PRODUCTS} products`, () => {
  it('the rows are there, with products of every status', async () => {
    expect(await lists.count({ type: null, status: null, words: [], now })).toBe(PRODUCTS);
    for (const status of statuses)
      expect(await lists.count({ type: null, status, words: [], now })).toBeGreaterThan(900);
  });

  it.each(orders)(
    'a page in the order %s reads a bounded number of rows, whatever is selected',
    async (order) => {
      for (const selection of all) {
        for (const page of pagesIn(order)) {
          const { rows } = await readingOf(selection, page);
          const most = isSorted(selection) ? 150 : MOST_ROWS;
          expect(rows, JSON.stringify({ selection, page })).toBeLessThan(most);
        }
      }
    },
    120_000,
  );

  it('no statement scans a table or a whole index, but for the total of all', async () => {
    for (const order of orders) {
      for (const selection of all) {
        for (const page of pagesIn(order)) {
          for (const step of await stepsOf((await readingOf(selection, page)).statements))
            expect(isWholeScan(step) && !step.isLimited, JSON.stringify({ selection, page, step })).toBe(
              false,
            );
        }
      }
    }
    for (const selection of all.filter(({ type, status, words }) => type ?? status ?? words[0])) {
      for (const step of await stepsOf(await countingOf(selection)))
        expect(isWholeScan(step), JSON.stringify({ selection, step })).toBe(false);
    }
  }, 120_000);

  it('a total without a search touches no row, and one with a search reads a bounded number', async () => {
    for (const selection of all) {
      if (selection.words.length > 0) {
        const { rows } = await rowsRead(() => lists.count(selection));
        expect(rows, JSON.stringify(selection)).toBeLessThan(MOST_ROWS);
      } else {
        const steps = (await stepsOf(await countingOf(selection))).filter(({ key }) => key !== null);
        expect(steps.length).toBeGreaterThan(0);
        for (const { Extra } of steps) expect(Extra).toMatch(/Using index/);
      }
    }
  });

  it('a total is exact without a search, and bounded with one', async () => {
    const [truth] = await session.query<Record<string, string>[]>(
      `SELECT SUM(withdrawn_at IS NULL AND opens_at > ?) AS UPCOMING, SUM(withdrawn_at IS NULL AND closes_at <= ?) AS CLOSED,
        SUM(withdrawn_at IS NULL AND opens_at <= ? AND (closes_at IS NULL OR closes_at > ?)) AS OPEN FROM product`,
      [now, now, now, now],
    );
    for (const status of ['UPCOMING', 'OPEN', 'CLOSED'] as const)
      expect(await lists.count({ type: null, status, words: [], now })).toBe(Number(truth![status]));
    expect(await lists.count({ type: null, status: null, words: ['9999'], now })).toBe(19);
    expect(await lists.count({ type: null, status: null, words: ['mug'], now })).toBe(5_000);
  });

  it.each([
    { status: 'CLOSED', words: [], order: 'NEWEST' },
    { status: 'OPEN', words: [], order: 'OPENING_SOONEST' },
    { status: null, words: ['mug', '77'], order: 'PRICE_ASCENDING' },
  ] as const)(
    'paging returns each product of $status $words in the order $order once',
    async ({ status, words, order }) => {
      const selection: Selection = { type: null, status, words, now };
      const met: string[] = [];
      let after: Position | null = null;
      do {
        const { products, truncatedAt }: FoundPage = await lists.findPage(selection, {
          order,
          after,
          limit: 2_001,
        });
        met.push(...products.slice(0, 2_000).map(({ id }) => id));
        const last = products[1_999];
        const full =
          products.length > 2_000 && last ? { value: last[PRODUCT_ORDERS[order].by], id: last.id } : null;
        after = truncatedAt ?? full;
      } while (after);
      const [truth] = await session.query<{ count: string }[]>(
        `SELECT COUNT(*) AS count FROM product WHERE ${
          status === 'CLOSED'
            ? 'withdrawn_at IS NULL AND closes_at <= ?'
            : status === 'OPEN'
              ? 'withdrawn_at IS NULL AND opens_at <= ? AND (closes_at IS NULL OR closes_at > ?)'
              : "name LIKE '%mug%' AND name LIKE '%77%'"
        }`,
        [now, now],
      );
      expect(new Set(met).size).toBe(met.length);
      expect(met.length).toBe(Number(truth!.count));
    },
  );
});

interface PlanStep {
  readonly table: string | null;
  readonly type: string | null;
  readonly key: string | null;
  readonly Extra: string | null;
  readonly isLimited: boolean;
}

const countingOf = (selection: Selection) => boundStatementsOf(() => lists.count(selection));

/** How the server would run these statements. */
async function stepsOf(statements: readonly BoundStatement[]): Promise<PlanStep[]> {
  const steps: PlanStep[] = [];
  for (const { statement, values } of statements) {
    const plan = await session.query<Omit<PlanStep, 'isLimited'>[]>(
      `EXPLAIN FORMAT = TRADITIONAL ${statement}`,
      values,
    );
    steps.push(...plan.map((step) => ({ ...step, isLimited: / LIMIT /.test(statement) })));
  }
  return steps;
}

/** Derived tables have no name of ours, and hold a bounded number of rows. */
const isWholeScan = ({ table, type }: PlanStep): boolean =>
  table !== null &&
  !table.startsWith('<') &&
  !/^(c|found|s)$/.test(table) &&
  (type === 'ALL' || type === 'index');
