import { randomUUID } from 'node:crypto';
import { createConnection, type Connection } from 'mysql2/promise';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { useStores } from '../../../tests/harness/stores.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';
import { connectionOptions, databaseName } from '../../../platform/mysql/connection-options.ts';
import { createdProduct, referenced, seen, update, type SeenProduct } from '../testing/catalog.ts';
import { buyer, startTestSubgraph, type Answer, type ProductSubgraph } from '../testing/product-subgraph.ts';

/** While the table of the suffix index is locked, every search waits in MySQL, and no other statement does. */
const stores = useStores();
let subgraph: ProductSubgraph;
let locker: Connection;
let mug: SeenProduct;

beforeAll(async () => {
  // Reads by id must not come from the cache.
  subgraph = await startTestSubgraph(stores, { PRODUCT_CACHE_TTL: '1ms' });
  mug = await createdProduct(subgraph, { name: 'Mug' });
  locker = await createConnection(
    connectionOptions(stores.mysqlUrl, databaseName(stores.mysqlUrl, 'product')),
  );
});

afterAll(async () => {
  await locker.end();
  await subgraph.close();
});

beforeEach(async () => {
  await locker.query('LOCK TABLES product_word_ending WRITE');
  return () => locker.query('UNLOCK TABLES').then(() => undefined);
});

const SEARCH = '{ products(filter: { search: "mug" }) { nodes { name } } }';
const search = (): Promise<Answer<unknown>> => subgraph.request(SEARCH);
/** As `search`, each by another user. */
const searchOfUser = (): Promise<Answer<unknown>> =>
  subgraph.request(SEARCH, {}, { ...buyer, userId: randomUUID() });

/** @returns what was thrown and how long it took, in milliseconds */
async function timed<Result>(work: () => Promise<Result>): Promise<{ result: Result; tookMs: number }> {
  const begunAt = performance.now();
  const result = await work();
  return { result, tookMs: performance.now() - begunAt };
}

const waitingInMysql = async (): Promise<number> => {
  const [rows] = await locker.query<never[]>('SHOW FULL PROCESSLIST');
  const database = databaseName(stores.mysqlUrl, 'product');
  return (rows as { db: string | null; Info: string | null; State: string | null }[]).filter(
    ({ db, Info, State }) =>
      db === database && Info?.includes('product_word_ending') && /metadata lock/.test(State ?? ''),
  ).length;
};

it('ends a search that takes too long, in MySQL as well, with TIMEOUT', async () => {
  const { result, tookMs } = await timed(search);
  expect(result.errors?.[0]?.extensions?.code).toBe('TIMEOUT');
  expect(tookMs).toBeGreaterThan(900);
  expect(tookMs).toBeLessThan(3_000);
  expect(await waitingInMysql()).toBe(0);
});

it('answers what sales need at once while lists have all the connections that they may have', async () => {
  const searches = Array.from({ length: 100 }, searchOfUser);
  await waitUntil('the searches to wait', async () => (await waitingInMysql()) === 4);

  for (let n = 0; n < 10; n += 1) {
    const { result, tookMs } = await timed(() =>
      Promise.all([referenced(subgraph, [mug.id]), seen(subgraph, mug.id)]),
    );
    expect(result).toMatchObject([[{ name: 'Mug' }], { name: 'Mug' }]);
    expect(tookMs).toBeLessThan(900);
  }
  const changed = await timed(() => update(subgraph, { id: mug.id, description: 'Red' }));
  expect(changed.result.product).toMatchObject({ description: 'Red' });
  expect(await waitingInMysql()).toBeLessThanOrEqual(4);

  const codes = (await Promise.all(searches)).map(({ errors }) => errors?.[0]?.extensions?.code);
  expect(new Set(codes)).toEqual(new Set(['TIMEOUT', 'UNAVAILABLE']));
});

it('gives one client half of the connections, so that others need not wait for them', async () => {
  const flood = Array.from({ length: 50 }, search);
  await waitUntil('the searches to wait', async () => (await waitingInMysql()) === 2);
  const list = await subgraph.request('{ products { nodes { name } } }', {}, buyer);
  expect(list).toMatchObject({ data: { products: { nodes: [{ name: 'Mug' }] } } });
  expect(await waitingInMysql()).toBeLessThanOrEqual(2);
  await Promise.all(flood);
});

it('refuses a list that waited for a second, and lists again as soon as it can', async () => {
  const searches = Array.from({ length: 20 }, search);
  const { tookMs } = await timed(() => Promise.all(searches));
  expect(tookMs).toBeLessThan(5_000);
  await locker.query('UNLOCK TABLES');
  await waitUntil('a search to be answered', async () => (await search()).errors === undefined);
});
