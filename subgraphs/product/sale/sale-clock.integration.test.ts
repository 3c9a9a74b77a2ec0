import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { useStores } from '../../../tests/harness/stores.ts';
import { connectRedis, type Redis } from '../../../platform/redis/client.ts';
import { startSaleClock } from './sale-clock.ts';
import { silent, startTestSubgraph } from '../testing/product-subgraph.ts';

const stores = useStores();
let redis: Redis;

beforeAll(async () => {
  redis = await connectRedis({ url: stores.redisUrl, logger: silent });
});

afterAll(() => redis.disconnect());

const redisNow = async (): Promise<number> => {
  const [seconds, microseconds] = await redis.time();
  return Math.floor(Number(seconds) * 1_000 + Number(microseconds) / 1_000);
};

it('the server time is what the clock of Redis shows', async () => {
  const subgraph = await startTestSubgraph(stores);
  const before = await redisNow();
  const { serverTime } = await subgraph.read<{ serverTime: string }>('{ serverTime }');
  expect(Date.parse(serverTime)).toBeGreaterThanOrEqual(before);
  expect(Date.parse(serverTime)).toBeLessThanOrEqual(await redisNow());
  await subgraph.close();
});

it('the estimate is right even where the clock of this process is wrong', async () => {
  const rightClock = performance.now.bind(performance);
  const anHourBehind = vi.spyOn(performance, 'now').mockImplementation(() => rightClock() - 3_600_000);
  const clock = await startSaleClock(redis);
  const error = clock.now().getTime() - (await redisNow());
  clock.stop();
  anHourBehind.mockRestore();
  expect(Math.abs(error)).toBeLessThan(200);
});
