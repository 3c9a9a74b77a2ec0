import { expect, it } from 'vitest';
import { useMysqlProxy } from '../../tests/harness/store-proxy.ts';
import { useOrderTestBed } from './testing/order-test-bed.ts';
import { useRedisProxy } from '../../tests/harness/store-proxy.ts';
import { useStores } from '../../tests/harness/stores.ts';
import { buyer } from '../../tests/harness/subgraph-call.ts';
import { waitUntil } from '../../tests/harness/wait-until.ts';

/** How soon everything has to work once a healthy server is reachable under the name, in milliseconds. */
const RECOVERY_MS = 10_000;

const mysql = useMysqlProxy(useStores());
const redis = useRedisProxy(mysql.stores);
const bed = useOrderTestBed({
  ...mysql.stores,
  get mysqlUrl() {
    return mysql.stores.mysqlUrl;
  },
  get redisUrl() {
    return redis.stores.redisUrl;
  },
});

const USER_ID = 'c0ffee00-0000-4000-8000-000000000001';
const ORDERS = `query ($refs: [_Any!]!) {
  _entities(representations: $refs) { ... on User { orders(first: 1) { nodes { id } } } }
}`;

/** One thing that each connection of the processes is for. Rejects, or says what was answered instead. */
const WORK: Readonly<Record<string, (product: string) => Promise<unknown>>> = {
  'a purchase': async (product) => (await bed.buy(product)).__typename === 'PurchaseConfirmed',
  'a list of orders': async () => {
    const refs = [{ __typename: 'User', id: USER_ID }];
    const { data, errors } = await bed.execute(ORDERS, { refs }, { caller: buyer(USER_ID) });
    return Boolean(data) && !errors;
  },
  'a restock': async (product) => (await bed.restock(product, 1))['__typename'] === 'Restocked',
  'a new product': async () => (await bed.sell({ units: 0 })) !== '',
  'a query of the stock': async (product) => (await bed.stock(product)) !== null,
  readiness: async () => {
    const answers = await Promise.all(
      [bed.product, ...bed.orders].map(({ url }) => fetch(`${url}/health/ready`)),
    );
    return answers.every(({ ok }) => ok);
  },
};

it.each(['mysql', 'redis'] as const)('everything works again after %s has gone silent', async (store) => {
  const product = await bed.sell({ units: 1_000 });
  for (const [name, work] of Object.entries(WORK)) expect([name, await work(product)]).toEqual([name, true]);

  ({ mysql, redis })[store].proxy.silence();
  const recovered = Object.entries(WORK).map(([name, work]) =>
    waitUntil(`${name} to work again`, () => work(product).catch(() => false), Boolean, RECOVERY_MS),
  );
  await Promise.all(recovered);
});
