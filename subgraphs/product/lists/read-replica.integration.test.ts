import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { freeze } from '../../../tests/harness/freeze.ts';
import { useMysqlPair } from '../../../tests/harness/mysql-pair.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';
import { createdProduct, seen, update, type SeenProduct } from '../testing/catalog.ts';
import { startTestSubgraph, type ProductSubgraph } from '../testing/product-subgraph.ts';

const stores = useStores();
const pair = useMysqlPair();
let subgraph: ProductSubgraph;
let lamp: SeenProduct;
let mug: SeenProduct;

const start = (replicaUrl = pair.replica.url) =>
  startTestSubgraph(
    { ...stores, mysqlUrl: `${pair.primary.url}/shop` },
    { MYSQL_REPLICA_URL: replicaUrl, MYSQL_REPLICA_MAX_LAG: '2s', PRODUCT_CACHE_TTL: '1ms' },
  );

/** The lamp is deleted in the replica only, which distinguishes it from the primary. */
beforeAll(async () => {
  subgraph = await start();
  lamp = await createdProduct(subgraph, { name: 'Lamp' });
  mug = await createdProduct(subgraph, { name: 'Mug' });
  await waitUntil('the products to be replicated', async () => {
    const [found] = await pair.query(
      pair.replica,
      "SELECT COUNT(*) AS tables FROM information_schema.tables WHERE table_schema = 'shop_product' AND table_name = 'product'",
    );
    if (Number(found!['tables']) === 0) return false;
    return (await pair.query(pair.replica, 'SELECT 1 FROM shop_product.product')).length === 2;
  });
  await pair.query(pair.replica, "DELETE FROM shop_product.product WHERE name = 'Lamp'");
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

const PRIMARY = { nodes: [{ name: 'Mug' }, { name: 'Lamp' }], totalCount: 2 };
const REPLICA = { nodes: [{ name: 'Mug' }], totalCount: 1 };

const untilListedFrom = (server: List) =>
  waitUntil(
    'lists from there',
    () => list(),
    (found) => JSON.stringify(found) === JSON.stringify(server),
  );

it('lists and searches in the replica, and reads by id in the primary', async () => {
  await untilListedFrom(REPLICA);
  expect(await list({ search: 'lamp' })).toEqual({ nodes: [], totalCount: 0 });
  expect(await seen(subgraph, lamp.id)).toEqual(lamp);
});

it('changes products in the primary', async () => {
  const { product: changed } = await update(subgraph, { id: mug.id, description: 'Red' });
  expect(changed).toMatchObject({ name: 'Mug', description: 'Red' });
});

it('needs no privilege but SELECT on the replica', async () => {
  await pair.query(pair.replica, "CREATE USER reader@'127.0.0.1' IDENTIFIED BY 'reads'");
  await pair.query(pair.replica, "GRANT SELECT ON shop_product.* TO reader@'127.0.0.1'");
  const reader = await start(`mysql://reader:reads@127.0.0.1:${pair.replica.port}`);
  onTestFinished(() => reader.close());
  expect(await list({}, reader)).toEqual(REPLICA);
});

it('lists in the primary while the replica does not replicate', async () => {
  await pair.query(pair.replica, 'STOP REPLICA');
  await untilListedFrom(PRIMARY);
  await pair.query(pair.replica, 'START REPLICA');
  await untilListedFrom(REPLICA);
});

it('lists in the primary while the replica is too far behind', async () => {
  await pair.delayReplica(3_600);
  await update(subgraph, { id: mug.id, description: 'Blue' });
  await untilListedFrom(PRIMARY);
  await pair.delayReplica(0);
  await untilListedFrom(REPLICA);
});

it('answers while the replica hangs, and waits for it no more after the first time', async () => {
  onTestFinished(() => pair.replica.signal('SIGCONT'));
  await freeze(pair.replica);
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
    while (!isOver) expect([PRIMARY.nodes, REPLICA.nodes]).toContainEqual((await list()).nodes);
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
  await waitUntil(
    'the other to list in the replica',
    async () => (await list({}, startedWithout)).totalCount === REPLICA.totalCount,
  );
});
