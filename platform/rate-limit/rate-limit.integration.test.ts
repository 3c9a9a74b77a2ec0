import { describe, expect, it, onTestFinished } from 'vitest';
import { createLogger } from '../logger.ts';
import { OutageLog } from '../outage-log.ts';
import { openRedis, type Redis } from '../redis/client.ts';
import { useOwnRedis } from '../../tests/harness/own-redis.ts';
import { useRedisCluster } from '../../tests/harness/redis-cluster.ts';
import { useStores, type TestStores } from '../../tests/harness/stores.ts';
import { waitUntil } from '../../tests/harness/wait-until.ts';
import { parseRate } from './rate.ts';
import { RateLimit } from './rate-limit.ts';
import { createSharedBuckets } from './shared-buckets.ts';

const logger = createLogger('test', 'silent');
const usual = useStores();
const own = useOwnRedis(usual);
const cluster = useRedisCluster(usual);

let names = 0;
/** So many routers with one limit between them; rates are slow, so that nothing comes back during a test. */
async function routers(count: number, rate: string, stores: TestStores = usual) {
  const limit = `limit-${names++}`;
  const open = async () => {
    const redis = openRedis({ url: stores.redisUrl, logger });
    onTestFinished(() => redis.disconnect());
    await redis.connect();
    await waitUntil('Redis', async () => redis.status === 'ready');
    return redis;
  };
  const connections = await Promise.all(Array.from({ length: count }, open));
  const limits = connections.map(
    (redis) =>
      new RateLimit({
        rate: parseRate(rate)!,
        shared: createSharedBuckets(redis, new OutageLog({ logger, begins: 'away', ends: 'back' })),
        keyOf: (subject) => `${stores.redisPrefix}rate:${limit}:${subject}`,
      }),
  );
  return { limits, connections };
}

/** @returns how many of so many requests at once are let through */
async function through(limit: RateLimit, requests: number, subject = 'another-client'): Promise<number> {
  const waits = await Promise.all(Array.from({ length: requests }, async () => limit.take(subject)));
  return waits.filter((waitMs) => waitMs === 0).length;
}

const calls = async (redis: Redis) =>
  Number(/cmdstat_evalsha:calls=(\d+)/.exec(await redis.info('commandstats'))?.[1] ?? 0);

describe('one router', () => {
  it.each([
    ['10/h', 30, 10],
    ['10/h burst 3', 30, 3],
    ['100/h', 130, 100],
    ['1000/h', 3_000, 1_000],
  ])('lets %s through, and no more', async (rate, requests, expected) => {
    const { limits } = await routers(1, rate);
    expect(await through(limits[0]!, requests)).toBe(expected);
    expect(await through(limits[0]!, requests)).toBe(0);
    expect(await through(limits[0]!, 1, 'somebody else')).toBe(1);
  });

  it('says how long to wait', async () => {
    const { limits } = await routers(1, '3600/h burst 1');
    expect(await limits[0]!.take('another-client')).toBe(0);
    const waitMs = await limits[0]!.take('another-client');
    expect(waitMs).toBeGreaterThan(500);
    expect(waitMs).toBeLessThanOrEqual(1_001);
  });

  it.each(['garbage', '9'.repeat(20), 'inf', 'a list'])('begins a bucket anew that is %s', async (value) => {
    const { limits, connections } = await routers(2, '10/h');
    expect(await through(limits[0]!, 30)).toBe(10);
    const [key] = await connections[0]!.keys(`${usual.redisPrefix}rate:limit-${names - 1}:*`);
    if (value === 'a list') await connections[0]!.multi().del(key!).rpush(key!, value).exec();
    else await connections[0]!.set(key!, value);
    expect((await through(limits[0]!, 30)) + (await through(limits[1]!, 30))).toBe(10);
  });

  it('gives out again what time brings', async () => {
    const { limits } = await routers(1, '50/s burst 5');
    expect(await through(limits[0]!, 50)).toBeLessThanOrEqual(6);
    await waitUntil('a unit', async () => (await limits[0]!.take('another-client')) === 0);
  });

  it('does not call Redis for subjects that stay under a tenth', async () => {
    const { limits, connections } = await routers(1, '100/h', own.stores);
    const before = await calls(connections[0]!);
    for (let n = 0; n < 500; n++) expect(limits[0]!.take(`user-${n}`)).toBe(0);
    expect(await calls(connections[0]!)).toBe(before);
  });

  it('counts a burst from one address in a few calls', async () => {
    const { limits, connections } = await routers(1, '10000/h', own.stores);
    const before = await calls(connections[0]!);
    expect(await through(limits[0]!, 8_000)).toBe(8_000);
    expect((await calls(connections[0]!)) - before).toBeLessThan(20);
  });
});

describe('several routers', () => {
  it('share what is above the tenth that each gives out', async () => {
    const { limits } = await routers(3, '100/h');
    const counts = await Promise.all(limits.map((limit) => through(limit, 200)));
    const all = counts.reduce((a, b) => a + b, 0);
    expect(all).toBeLessThanOrEqual(120);
    expect(all).toBeGreaterThanOrEqual(114);
  });

  it('share small limits to the last one', async () => {
    const { limits } = await routers(3, '5/h');
    const counts = await Promise.all(limits.map((limit) => through(limit, 20)));
    expect(counts.reduce((a, b) => a + b, 0)).toBe(5);
  });

  it('do so on a cluster, too', async () => {
    const { limits } = await routers(2, '7/h', cluster.stores);
    for (const node of ['a', 'b', 'c', 'd', 'e', 'f']) {
      // Until a node is connected, each router gives out the whole rate.
      let attempt = 0;
      await waitUntil(
        'them to share',
        async () => {
          const subject = `${node}-${attempt++}`;
          const counts = await Promise.all(limits.map((limit) => through(limit, 20, subject)));
          return counts.reduce((a, b) => a + b, 0);
        },
        (sum) => sum === 7,
      );
    }
  });
});

it('without Redis each router gives out the whole rate, and no request waits; with it they share again', async () => {
  const { limits } = await routers(2, '20/h', own.stores);
  await own.redis.kill();
  for (const limit of limits) expect(await through(limit, 50)).toBe(20);
  await own.redis.start();
  const fresh = async (n: number) => {
    const counts = await Promise.all(limits.map((limit) => through(limit, 50, `later-${n}`)));
    return counts.reduce((a, b) => a + b, 0);
  };
  let n = 0;
  await waitUntil(
    'them to share',
    () => fresh(n++),
    (sum) => sum <= 22,
  );
});
