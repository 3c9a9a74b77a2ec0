import { Redis } from 'ioredis';
import { expect, it, onTestFinished } from 'vitest';
import { EventStream } from '../../../tests/harness/event-stream.ts';
import { useOwnRedis } from '../../../tests/harness/own-redis.ts';
import { useRedisProxy } from '../../../tests/harness/store-proxy.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';
import { routerForThisTest } from '../../testing/router.ts';
import { idOf, onSale, openFakeShop } from '../../testing/fake-shop.ts';

const direct = useStores();
const { redis, stores } = useOwnRedis(direct);
const silenced = useRedisProxy(direct);

it('reads anew what is watched once Redis is back, and receives messages again', async () => {
  const shop = await openFakeShop();
  onTestFinished(() => shop.close());
  shop.products.set(idOf('p'), onSale(1));
  const router = await routerForThisTest({
    ...shop.urls,
    REDIS_URL: stores.redisUrl,
    REDIS_PREFIX: stores.redisPrefix,
  });
  const stream = await EventStream.open(router.url, [idOf('p')]);
  onTestFinished(() => stream.close());
  const sold = (units: number) =>
    waitUntil(
      `${units} sold`,
      () => stream.last?.stock?.sold,
      (last) => last === units,
    );
  await sold(1);

  await redis.kill();
  shop.products.set(idOf('p'), onSale(2));
  await redis.start();
  await sold(2);

  const publisher = new Redis(redis.url);
  onTestFinished(() => publisher.disconnect());
  const news = { productId: idOf('p'), total: 100, sold: 3, reserved: 0, remaining: 97, asOf: Date.now() };
  const heard = await waitUntil('the router to listen again', () =>
    publisher.publish(`${stores.redisPrefix}stock-changes`, JSON.stringify(news)),
  );
  expect(heard).toBe(1);
  await sold(3);
});

it('reads anew what is watched within ten seconds after Redis has gone silent', async () => {
  const shop = await openFakeShop();
  onTestFinished(() => shop.close());
  shop.products.set(idOf('p'), onSale(1));
  const router = await routerForThisTest({
    ...shop.urls,
    REDIS_URL: silenced.stores.redisUrl,
    REDIS_PREFIX: direct.redisPrefix,
  });
  const stream = await EventStream.open(router.url, [idOf('p')]);
  onTestFinished(() => stream.close());
  const publisher = new Redis(direct.redisUrl);
  onTestFinished(() => publisher.disconnect());
  const publish = (sold: number) =>
    publisher.publish(
      `${direct.redisPrefix}stock-changes`,
      JSON.stringify({
        ...{ productId: idOf('p'), total: 100, sold, reserved: 0, remaining: 100 - sold },
        asOf: Date.now() + sold,
      }),
    );
  const sold = (units: number) =>
    waitUntil(
      `${units} sold`,
      () => stream.last?.stock?.sold,
      (last) => last === units,
      10_000,
    );
  await sold(1);

  silenced.proxy.silence();
  // Published to a connection that receives nothing any more; what the subgraphs answer has not changed.
  await publish(2);
  shop.products.set(idOf('p'), onSale(2));
  await sold(2);
  await waitUntil(
    'the router to listen again',
    async () => (await publish(3)) > 0 && stream.last?.stock?.sold === 3,
  );
});
