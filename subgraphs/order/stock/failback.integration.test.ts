import { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { Buyer } from '../testing/order-buyer.ts';
import { useOrderTestBed } from '../testing/order-test-bed.ts';
import { useOwnRedis } from '../../../tests/harness/own-redis.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';

const { redis: first, stores } = useOwnRedis(useStores());
const { redis: second } = useOwnRedis(useStores());
const bed = useOrderTestBed(stores);

async function at<Result>(url: string, work: (client: Redis) => Promise<Result>): Promise<Result> {
  const client = new Redis(url);
  try {
    return await work(client);
  } finally {
    client.disconnect();
  }
}

/** Makes a server the other's replica, and waits until it has all of its data. */
async function follow(replica: string, master: string): Promise<void> {
  await at(master, (client) => client.config('SET', 'repl-diskless-sync-delay', '0'));
  await at(replica, async (client) => {
    const { hostname, port, password } = new URL(master);
    await client.config('SET', 'masterauth', password);
    await client.call('REPLICAOF', hostname, port);
    await waitUntil(
      'the replica to have all',
      () => client.info('replication'),
      (text) => /master_link_status:up/.test(text) && /master_sync_in_progress:0/.test(text),
    );
  });
}

const promote = (server: string) => at(server, (client) => client.call('REPLICAOF', 'NO', 'ONE'));

const whenSold = (product: string, units: number) =>
  waitUntil(
    'Redis to know',
    () => bed.stock(product),
    ({ sold, reserved }) => sold === units && reserved === 0,
  );

it('data that a failover lost and a failback brought home, to a server that never restarted, is not sold from', async () => {
  const [product, buyer] = [await bed.sell({ units: 1 }), new Buyer(bed)];
  const orderId = await buyer.ordered(product);
  await whenSold(product, 1);

  // What the first server does from now on, the second one lacks.
  await follow(second.url, first.url);
  await promote(second.url);
  await buyer.cancel(orderId);
  await whenSold(product, 0);

  await follow(first.url, second.url);
  await promote(first.url);
  expect(await bed.buyWithRetries(product)).toMatchObject({ __typename: 'PurchaseConfirmed' });
});
