import { afterAll, beforeAll, expect, it } from 'vitest';
import { useRedisProxy } from '../../tests/harness/store-proxy.ts';
import { useStores } from '../../tests/harness/stores.ts';
import { waitUntil } from '../../tests/harness/wait-until.ts';
import { createLogger } from '../logger.ts';
import { connectRedis, wasNotSent, type Redis } from './client.ts';

const { proxy, stores } = useRedisProxy(useStores());
let redis: Redis;

beforeAll(async () => {
  redis = await connectRedis({ url: stores.redisUrl, logger: createLogger('test', 'silent') });
});
afterAll(() => redis.disconnect());

const untilConnected = () =>
  waitUntil(
    'the client to be connected again',
    () => redis.ping().catch(() => null),
    (reply) => reply === 'PONG',
  );

it('a command whose reply is lost is not sent again', async () => {
  const key = `${stores.redisPrefix}counter`;
  proxy.nextWith(/incr/i, 'loseReply');
  await expect(redis.incr(key)).rejects.toThrow();
  await untilConnected();
  expect(await redis.get(key)).toBe('1');
});

it('a command without a connection is not queued, and has certainly not run', async () => {
  const { port } = new URL(stores.redisUrl);
  await proxy.stop();
  await waitUntil('the loss to be known', () => redis.status !== 'ready');
  const error: unknown = await redis.incr(`${stores.redisPrefix}queued`).catch((cause: unknown) => cause);
  await proxy.start(Number(port));
  expect(wasNotSent(error)).toBe(true);
  await untilConnected();
  expect(await redis.get(`${stores.redisPrefix}queued`)).toBeNull();
});
