import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../../platform/logger.ts';
import { connectRedis, type Redis } from '../../../platform/redis/client.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import { createAttemptLimits, type AttemptLimits } from './attempt-limits.ts';
import { createKeyedHash } from '../personal-data/keyed-hash.ts';

const stores = useStores();
let redis: Redis;
let limits: AttemptLimits;

beforeAll(async () => {
  const logger = createLogger('test', 'silent');
  redis = await connectRedis({ url: stores.redisUrl, logger });
  limits = createAttemptLimits(redis, stores.redisPrefix, createKeyedHash('k'.repeat(32)), logger);
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

describe('attempts at one account', () => {
  const tryMany = async (attempts: number, account: string, address: string | undefined) => {
    let count = 0;
    for (let i = 0; i < attempts; i++)
      if ((await limits.count('sign-in', account, address)) === null) count++;
    return count;
  };

  it('from one network lock that network out, and not the owner elsewhere', async () => {
    expect(await tryMany(60, 'buyer', '203.0.113.20')).toBe(10);
    expect(await limits.count('sign-in', 'buyer', '203.0.113.20')).toMatchObject({
      __typename: 'TooManyAttempts',
      retryAfterMs: expect.any(Number) as number,
    });
    expect(await limits.count('sign-in', 'buyer', '198.51.100.20')).toBeNull();
  });

  it('from many networks are limited in all', async () => {
    let count = 0;
    for (let network = 0; network < 15; network++) count += await tryMany(10, 'hunted', `203.0.${network}.1`);
    expect(count).toBe(100);
  });

  it('from unknown networks have the tight limit', async () => {
    expect(await tryMany(15, 'behind another router', undefined)).toBe(10);
    expect(await limits.count('sign-in', 'behind another router', '198.51.100.21')).toBeNull();
  });

  it('are reset when one succeeds', async () => {
    for (let round = 0; round < 8; round++) {
      expect(await tryMany(9, 'forgetful', '198.51.100.22')).toBe(9);
      await limits.reset('sign-in', 'forgetful', '198.51.100.22');
    }
    expect(await redis.keys(`${stores.redisPrefix}attempts:sign-in:forgetful*`)).toEqual([]);
  });
});

describe('limits that clients share', () => {
  const ADDRESS = '203.0.113.30';
  let number = 0;
  const account = () => `one of many ${number++}`;

  it('are not used up by attempts that succeed', async () => {
    for (let i = 0; i < 150; i++) {
      const subject = account();
      expect(await limits.count('sign-in', subject, ADDRESS)).toBeNull();
      await limits.reset('sign-in', subject, ADDRESS);
    }
    expect(await allowed(105, () => ADDRESS)).toBe(100);
  });

  it('are released of the failures of an account that succeeds in the end', async () => {
    for (let i = 0; i < 30; i++) {
      const subject = account();
      for (let failure = 0; failure < 5; failure++) {
        expect(await limits.count('sign-in', subject, '203.0.113.31')).toBeNull();
      }
      await limits.reset('sign-in', subject, '203.0.113.31');
    }
    expect(await allowed(105, () => '203.0.113.31')).toBe(100);
  });

  it('are not used up by attempts that are refused', async () => {
    for (let i = 0; i < 200; i++) await limits.count('sign-in', 'hammered', '203.0.113.32');
    expect(await allowed(105, () => '203.0.113.32')).toBe(90);
  });

  it('keep the failures of other networks when an account succeeds', async () => {
    for (let network = 0; network < 10; network++) {
      for (let i = 0; i < 10; i++) await limits.count('sign-in', 'guarded', `198.51.${network}.1`);
      // Between the guesses its owner signs in, which must not be refused before the last one.
      if (network === 8) await limits.reset('sign-in', 'guarded', '198.51.100.99');
    }
    expect(await limits.count('sign-in', 'guarded', '198.51.100.99')).toMatchObject({ isShared: true });
  });

  it('are not used up by attempts that end in a fault', async () => {
    for (let i = 0; i < 150; i++) {
      const subject = account();
      expect(await limits.count('sign-in', subject, '203.0.113.33')).toBeNull();
      await limits.release('sign-in', subject, '203.0.113.33');
    }
  });

  it('admit in parallel no more than one after the other', async () => {
    const attempts = Array.from({ length: 150 }, () => limits.count('sign-in', account(), '203.0.113.34'));
    expect((await Promise.all(attempts)).filter((refusal) => refusal === null)).toHaveLength(100);
  });

  it('leave no counter that does not end', async () => {
    for (const key of await redis.keys(`${stores.redisPrefix}attempts:*`))
      expect(await redis.pttl(key)).toBeGreaterThan(0);
  });
});
