import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../platform/logger.ts';
import { connectRedis, type Redis } from '../../platform/redis/client.ts';
import { useStores } from '../../tests/harness/stores.ts';
import { createAttemptLimits, type AttemptLimits } from './attempt-limits.ts';
import { createKeyedHash } from './keyed-hash.ts';

const stores = useStores();
let redis: Redis;
let limits: AttemptLimits;

beforeAll(async () => {
  redis = await connectRedis({ url: stores.redisUrl, logger: createLogger('test', 'silent') });
  limits = createAttemptLimits(redis, stores.redisPrefix, createKeyedHash('k'.repeat(32)));
});
afterAll(() => redis.disconnect());

/** @returns how many of so many attempts, each at an account of its own, were allowed */
async function allowed(
  attempts: number,
  addressOf: (attempt: number) => string | undefined,
): Promise<number> {
  let count = 0;
  for (let i = 0; i < attempts; i++) {
    const account = `account-${Math.random()}`;
    if ((await limits.count('sign-in', account, addressOf(i))) === null) count++;
  }
  return count;
}

describe('attempts from one address', () => {
  it('at many accounts are limited, too', async () => {
    expect(await allowed(105, () => '203.0.113.7')).toBe(100);
    expect(await limits.count('sign-in', 'somebody', '203.0.113.7')).toMatchObject({
      __typename: 'TooManyAttempts',
    });
  });

  it('do not use up those of an account once the address has none left', async () => {
    await allowed(101, () => '203.0.113.8');
    for (let i = 0; i < 20; i++) await limits.count('sign-in', 'victim', '203.0.113.8');
    expect(await limits.count('sign-in', 'victim', '198.51.100.1')).toBeNull();
  });

  it('of one IPv6 network count together, whichever address is used', async () => {
    expect(await allowed(105, (i) => `2001:db8:0:1::${i.toString(16)}`)).toBe(100);
    expect(await limits.count('sign-in', 'neighbour', '2001:db8:0:2::1')).toBeNull();
  });

  it('are kept under no address that could be read', async () => {
    await limits.count('sign-in', 'account', '192.0.2.99');
    expect((await redis.keys(`${stores.redisPrefix}*192.0.2.99*`)).length).toBe(0);
  });
});
