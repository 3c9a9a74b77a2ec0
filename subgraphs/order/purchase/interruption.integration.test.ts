import { randomUUID } from 'node:crypto';
import { createConnection } from 'mysql2/promise';
import { expect, it, onTestFinished } from 'vitest';
import { uuidToBytes } from '../../../platform/uuid.ts';
import { useOrderTestBed } from '../testing/order-test-bed.ts';
import { newKey } from '../../../tests/harness/shop.ts';
import { useRedisProxy } from '../../../tests/harness/store-proxy.ts';
import { useStores, withAccountOf } from '../../../tests/harness/stores.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';

const stores = useStores();
const lines = [useRedisProxy(stores), useRedisProxy(stores)];
const bed = useOrderTestBed(stores, {
  environment: { RESERVATION_TIMEOUT: '2s', PURCHASE_TIMEOUT: '5s' },
  orders: lines.map((line) => ({
    get REDIS_URL() {
      return withAccountOf(stores.accounts?.redis?.order, line.stores.redisUrl);
    },
  })),
});

/** Another session has the stock row until it releases it. */
async function lockStock(product: string) {
  const url = new URL(stores.mysqlUrl);
  url.pathname += '_order';
  const session = await createConnection(url.href);
  onTestFinished(() => session.destroy());
  await session.query('START TRANSACTION');
  await session.query('SELECT * FROM stock WHERE product_id = ? FOR UPDATE', [uuidToBytes(product)]);
  return session;
}

const readiness = async (at: number) => (await fetch(`${bed.orders[at]!.url}/health/ready`)).status;

/** Milliseconds by which the reservations of the product are overdue, by Redis's clock: the latest and the earliest of them. */
async function overdue(product: string): Promise<[number, number]> {
  const { epoch } = await bed.ledger(product);
  const due = await bed.redis.zrange(bed.key(product, `${epoch}:due`), 0, -1, 'WITHSCORES');
  const scores = due.filter((_, i) => i % 2 === 1).map(Number);
  const [seconds, micros] = await bed.redis.time();
  const now = Number(seconds) * 1_000 + Number(micros) / 1_000;
  return [now - Math.max(...scores), now - Math.min(...scores)];
}

it('after Redis was silent for longer than a reservation lives, every admitted purchase still has its place', async () => {
  const product = await bed.sell({ units: 20 });
  for (const at of [0, 1]) expect((await bed.buy(product, { at })).__typename).toBe('PurchaseConfirmed');
  await waitUntil(
    'both to be ready',
    () => Promise.all([readiness(0), readiness(1)]),
    ([a, b]) => a === 200 && b === 200,
  );
  const lock = await lockStock(product);
  const buyers = [0, 1].flatMap((at) =>
    Array.from({ length: 6 }, () => ({ userId: randomUUID(), key: newKey(), at })),
  );
  const buyAll = () => Promise.all(buyers.map((buyer) => bed.buy(product, buyer)));
  const first = buyAll();
  await waitUntil(
    'all to be admitted',
    async () => (await bed.stock(product)).reserved,
    (n) => n === 12,
  );

  for (const { proxy } of lines) proxy.silence({ alsoNew: true });
  await waitUntil(
    'all reservations to be due',
    () => overdue(product),
    ([latest]) => latest > 0,
  );
  expect(new Set((await first).map(({ __typename }) => __typename))).toEqual(new Set(['OutcomeUnknown']));

  // One process has its connection back before the other, as silent connections are not left at the same moment.
  lines[1]!.proxy.passNew();
  await waitUntil(
    'one process to reach Redis',
    () => readiness(1),
    (status) => status === 200,
  );
  lines[0]!.proxy.passNew();
  await waitUntil(
    'both to renew',
    () => overdue(product),
    ([, earliest]) => earliest < 0,
  );
  await lock.query('ROLLBACK');
  await waitUntil(
    'all of them to be confirmed',
    buyAll,
    (answers) => answers.every(({ __typename }) => __typename === 'PurchaseConfirmed'),
    10_000,
  );
  expect(await bed.ledger(product)).toMatchObject({ sold: 14, tombstones: 0 });
});
