import { expect, it, onTestFinished } from 'vitest';
import { createLogger } from '../../platform/logger.ts';
import { connectRedis } from '../../platform/redis/client.ts';
import { useOrderTestBed } from '../../subgraphs/order/testing/order-test-bed.ts';
import { useWatchedRedis } from '../harness/redis-sentinel.ts';
import { useStores } from '../harness/stores.ts';
import { waitUntil } from '../harness/wait-until.ts';

const { redis, stores } = useWatchedRedis(useStores());
const bed = useOrderTestBed(stores, { orders: 2 });
const logger = createLogger('test', 'silent');

/**
 * On a busy machine a Sentinel may give a fail-over up, and begins another one after twice its time limit; and it does nothing for half a minute after
 * it was not given the processor for two seconds (TILT).
 */
const FAIL_OVER_MS = 60_000;

it(
  'a sale, and every connection, goes on at the server that the Sentinel promotes',
  async () => {
    const product = await bed.sell({ units: 100 });
    expect(await bed.buy(product)).toMatchObject({ __typename: 'PurchaseConfirmed' });
    // So many that some of them look for the master at the moment when another one is reported.
    const options = { url: redis.url, logger };
    const clients = await Promise.all(Array.from({ length: 40 }, () => connectRedis(options)));
    onTestFinished(() => {
      for (const client of clients) client.disconnect();
    });

    await redis.killMaster();
    for (const at of [0, 1])
      await waitUntil(
        'a purchase to be confirmed',
        () => bed.buy(product, { at }),
        ({ __typename }) => __typename === 'PurchaseConfirmed',
        FAIL_OVER_MS,
      ).catch(async (error: unknown) => {
        throw new Error(await redis.readLog(), { cause: error });
      });
    await waitUntil(
      'every connection to lead to the new master',
      () => clients.map(({ status }) => status),
      (statuses) => statuses.every((status) => status === 'ready'),
    );
    const { orders, sold } = await bed.ledger(product);
    expect(sold).toBe(orders);
    await waitUntil(
      'the new server to have counted what is sold',
      () => bed.stock(product),
      (stock) => stock.sold === sold && stock.reserved === 0,
    );
  },
  2 * FAIL_OVER_MS,
);

it('a start without a Sentinel that answers ends with an error', async () => {
  await expect(connectRedis({ url: 'redis+sentinel://127.0.0.1:1/shop', logger })).rejects.toThrow(
    /none of the Sentinels answers/,
  );
});
