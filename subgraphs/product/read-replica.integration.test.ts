import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { useMysqlPair } from '../../tests/harness/mysql-pair.ts';
import { useStores } from '../../tests/harness/stores.ts';
import { waitUntil } from '../../tests/harness/wait-until.ts';
import { createdProduct, seen, update, type SeenProduct } from './testing/catalog.ts';
import { startTestSubgraph, type ProductSubgraph } from './testing/product-subgraph.ts';

const stores = useStores();
const pair = useMysqlPair();
let subgraph: ProductSubgraph;
let product: SeenProduct;

const start = () =>
  startTestSubgraph(
    { ...stores, mysqlUrl: `${pair.primary.url}/shop` },
    { MYSQL_REPLICA_URL: pair.replica.url, MYSQL_REPLICA_MAX_LAG: '2s', PRODUCT_CACHE_TTL: '1ms' },
  );

/** The primary has the product as `Mug`; the replica alone knows it as another. */
beforeAll(async () => {
  subgraph = await start();
  product = await createdProduct(subgraph, { name: 'Mug' });
  await waitUntil('the product to be replicated', async () => {
    const tables = await pair.query(pair.replica, "SHOW TABLES FROM shop_product LIKE 'product'");
    return tables.length > 0 && (await pair.query(pair.replica, 'SELECT 1 FROM shop_product.product')).length;
  });
  await pair.query(pair.replica, "UPDATE shop_product.product SET name = 'Mug on the replica'");
});

afterAll(() => subgraph.close());

interface List {
  readonly nodes: { readonly name: string }[];
  readonly totalCount: number;
}

async function list(filter: object = {}, from = subgraph): Promise<List> {
  const query = 'query ($filter: ProductFilter) { products(filter: $filter) { nodes { name } totalCount } }';
  return (await from.read<{ products: List }>(query, { filter })).products;
}

const PRIMARY = { nodes: [{ name: 'Mug' }], totalCount: 1 };
const REPLICA = { nodes: [{ name: 'Mug on the replica' }], totalCount: 1 };

const untilListedFrom = (server: List) =>
  waitUntil(
    'lists from there',
    () => list(),
    (found) => JSON.stringify(found) === JSON.stringify(server),
  );

it('lists and searches in the replica, and reads by id in the primary', async () => {
  await untilListedFrom(REPLICA);
  expect(await list({ search: 'mug' })).toEqual(REPLICA);
  expect(await seen(subgraph, product.id)).toMatchObject({ name: 'Mug' });
});

it('changes products in the primary, from what the primary has', async () => {
  const { product: changed } = await update(subgraph, { id: product.id, price: { amount: 5 } });
  expect(changed).toMatchObject({ name: 'Mug', price: { amount: 5 } });
});

it('lists in the primary while the replica does not replicate', async () => {
  await pair.query(pair.replica, 'STOP REPLICA');
  await untilListedFrom(PRIMARY);
  await pair.query(pair.replica, 'START REPLICA');
  await untilListedFrom(REPLICA);
});

it('lists in the primary while the replica is too far behind', async () => {
  await pair.delayReplica(3_600);
  const { product: changed } = await update(subgraph, { id: product.id, price: { amount: 6 } });
  expect(changed).toMatchObject({ name: 'Mug' });
  await untilListedFrom(PRIMARY);
  await pair.delayReplica(0);
  await untilListedFrom(REPLICA);
});

it('answers while the replica hangs, and waits for it no more after the first time', async () => {
  pair.replica.signal('SIGSTOP');
  onTestFinished(() => pair.replica.signal('SIGCONT'));
  expect(await list()).toEqual(PRIMARY);
  const begunAt = performance.now();
  expect(await list()).toEqual(PRIMARY);
  expect(performance.now() - begunAt).toBeLessThan(1_000);
  pair.replica.signal('SIGCONT');
  await untilListedFrom(REPLICA);
});

it('answers every list while the replica dies, starts without it, and uses it once it is back', async () => {
  let isOver = false;
  const reading = Array.from({ length: 5 }, async () => {
    while (!isOver) expect([PRIMARY, REPLICA]).toContainEqual(await list());
  });
  await pair.killReplica();
  await untilListedFrom(PRIMARY);
  const startedWithout = await start();
  onTestFinished(() => startedWithout.close());
  expect(await list({}, startedWithout)).toEqual(PRIMARY);

  await pair.startReplica();
  await untilListedFrom(REPLICA);
  isOver = true;
  await Promise.all(reading);
  await waitUntil('the other to list in the replica', async () =>
    JSON.stringify(await list({}, startedWithout)).includes('replica'),
  );
});
