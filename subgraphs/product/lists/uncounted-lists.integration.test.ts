import { createConnection, type Connection } from 'mysql2/promise';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectionOptions, databaseName } from '../../../platform/mysql/connection-options.ts';
import { useMysqlProxy } from '../../../tests/harness/store-proxy.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';
import { createdProduct } from '../testing/catalog.ts';
import { buyer, startTestSubgraph, type ProductSubgraph } from '../testing/product-subgraph.ts';

const direct = useStores();
const { proxy, stores } = useMysqlProxy(direct);
let subgraph: ProductSubgraph;
let locker: Connection;

beforeAll(async () => {
  subgraph = await startTestSubgraph(stores);
  for (const name of ['Mug', 'Pot', 'Cup', 'Jar']) await createdProduct(subgraph, { name });
  locker = await createConnection(
    connectionOptions(direct.mysqlUrl, databaseName(direct.mysqlUrl, 'product')),
  );
});

afterAll(async () => {
  await locker.end();
  await subgraph.close();
});

const COUNT = 'SELECT COUNT(*)';
const list = () => subgraph.request('{ products(first: 2) { nodes { name } totalCount } }', {}, buyer);
const PAGE = { nodes: [{ name: 'Jar' }, { name: 'Cup' }] };

it('a page is given whose products are not counted in time: there are at least as many as it shows', async () => {
  expect(await list()).toEqual({ data: { products: { ...PAGE, totalCount: 4 } } });
  proxy.nextWith(COUNT, { delayMs: 500 });
  const answer = list();
  await waitUntil('the count to be on its way', () => !proxy.isWaiting);
  await locker.query('LOCK TABLES product WRITE');
  try {
    expect(await answer).toEqual({ data: { products: { ...PAGE, totalCount: 3 } } });
  } finally {
    await locker.query('UNLOCK TABLES');
  }
});

it('the same where the connection of the count is lost', async () => {
  proxy.nextWith(COUNT, 'cut');
  expect(await list()).toEqual({ data: { products: { ...PAGE, totalCount: 3 } } });
});
