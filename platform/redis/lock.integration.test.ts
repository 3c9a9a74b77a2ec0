import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../logger.ts';
import { useStores } from '../../tests/harness/stores.ts';
import { connectRedis, type Redis } from './client.ts';
import { createLockClient, type LockClient } from './lock.ts';

const stores = useStores();
const ONCE = { ttlMs: 10_000, waitMs: 0 };
let redis: Redis;
let locks: LockClient;
let names = 0;

beforeAll(async () => {
  redis = await connectRedis({ url: stores.redisUrl, logger: createLogger('test', 'silent') });
  locks = createLockClient(redis);
});
afterAll(() => redis.disconnect());

const newKey = () => `${stores.redisPrefix}lock-${names++}`;

describe('a lock that has an owner', () => {
  it('stays, however often another one tries', async () => {
    const key = newKey();
    const lock = await locks.acquire(key, ONCE);
    for (let i = 0; i < 3; i++) expect(await locks.acquire(key, ONCE)).toBeNull();
    expect(await lock!.extend(ONCE.ttlMs)).toBe(true);
    expect(await locks.acquire(key, ONCE)).toBeNull();
    expect(await lock!.release()).toBe(true);
  });
});

describe('what stands in the place of a lock', () => {
  it.each([
    ['a string without an end', (key: string) => redis.set(key, 'x')],
    ['a string with an end in a day', (key: string) => redis.set(key, 'x', 'EX', 86_400)],
    ['a string with an end a little too late', (key: string) => redis.set(key, 'x', 'PX', 30_000)],
    ['a list', (key: string) => redis.rpush(key, 'x')],
    [
      'a list with an end in a day',
      (key: string) => redis.multi().rpush(key, 'x').expire(key, 86_400).exec(),
    ],
  ])('is taken over: %s', async (_, stand) => {
    const key = newKey();
    await stand(key);
    expect(await locks.acquire(key, ONCE)).toBeNull();
    const lock = await locks.acquire(key, ONCE);
    expect(await lock!.release()).toBe(true);
  });
});
