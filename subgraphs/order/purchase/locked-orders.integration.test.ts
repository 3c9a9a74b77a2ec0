import { randomUUID } from 'node:crypto';
import { createConnection } from 'mysql2/promise';
import { expect, it, onTestFinished } from 'vitest';
import { Buyer } from '../testing/order-buyer.ts';
import { useOrderTestBed } from '../testing/order-test-bed.ts';
import { newKey } from '../../../tests/harness/shop.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import { buyer, executeAtSubgraph } from '../../../tests/harness/subgraph-call.ts';

const stores = useStores();
const bed = useOrderTestBed(stores);

/** What a router gives a subgraph, less what it takes itself. Milliseconds. */
const PATIENCE_MS = 9_000;
const ABANDON = 'mutation ($input: AbandonPurchaseInput!) { abandonPurchase(input: $input) { __typename } }';
const CANCEL = 'mutation ($input: CancelOrderInput!) { cancelOrder(input: $input) { __typename } }';

/** Every row of orders, and the gaps between them. */
async function lockOrders(): Promise<void> {
  const url = new URL(stores.mysqlUrl);
  url.pathname += '_order';
  const session = await createConnection(url.href);
  onTestFinished(() => session.destroy());
  await session.query('SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ');
  await session.query('START TRANSACTION');
  await session.query('SELECT * FROM orders FOR UPDATE');
}

it('while orders are locked, a mutation of one is answered before its caller stops waiting', async () => {
  const owner = new Buyer(bed);
  const orderId = await owner.ordered(await bed.sell());
  await lockOrders();
  const begun = performance.now();
  const [abandoned, cancelled] = await Promise.all([
    executeAtSubgraph(
      'order',
      bed.orders[0]!.url,
      ABANDON,
      { input: { idempotencyKey: newKey() } },
      buyer(randomUUID()),
      PATIENCE_MS,
    ),
    executeAtSubgraph(
      'order',
      bed.orders[0]!.url,
      CANCEL,
      { input: { orderId } },
      buyer(owner.userId),
      PATIENCE_MS,
    ),
  ]);
  expect(performance.now() - begun).toBeLessThan(PATIENCE_MS);
  expect(abandoned.data?.['abandonPurchase']).toEqual({ __typename: 'OutcomeUnknown' });
  expect(cancelled.errors).toMatchObject([{ extensions: { code: 'UNAVAILABLE' } }]);
});
