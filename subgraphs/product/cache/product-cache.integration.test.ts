import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useStores } from '../../../tests/harness/stores.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';
import { connectRedis, type Redis } from '../../../platform/redis/client.ts';
import { Product } from '../catalog/product.ts';
import { silent } from '../testing/product-subgraph.ts';
import { createProductCache, type ProductCache } from './product-cache.ts';

const stores = useStores();
let redis: Redis;
let one: ProductCache;
let other: ProductCache;

beforeAll(async () => {
  redis = await connectRedis({ url: stores.redisUrl, logger: silent });
  const options = { redis, prefix: stores.redisPrefix, ttlMs: 60_000, logger: silent };
  one = createProductCache(options);
  other = createProductCache(options);
});

afterAll(() => redis.disconnect());

const productOf = (id: string, name = 'Mug'): Product =>
  Object.assign(new Product(), {
    id,
    name,
    description: null,
    imageUrl: null,
    type: 'GENERAL',
    amount: 12_000,
    currency: 'KRW',
    opensAt: new Date('2026-06-01T10:00:00.001Z'),
    closesAt: null,
    purchaseLimit: null,
    withdrawnAt: null,
    createdAt: new Date('2026-05-01T10:00:00.002Z'),
    updatedAt: new Date('2026-05-01T10:00:00.003Z'),
  });

const cached = async (id: string): Promise<Product | null | undefined> => (await other.read([id])).get(id);

describe('a lease', () => {
  it('is held by one process at a time, and ends when the entry is stored', async () => {
    const id = randomUUID();
    const mine = await one.lease([id]);
    expect([mine.mine, (await other.lease([id])).others]).toEqual([[id], [id]]);

    await mine.store(new Map([[id, productOf(id)]]));
    expect(await cached(id)).toEqual({ ...productOf(id) });
    expect((await other.lease([id])).found.get(id)).toEqual({ ...productOf(id) });
  });

  it('is revoked by a change: what was read before is not cached after it', async () => {
    const id = randomUUID();
    const slow = await one.lease([id]);
    await other.invalidateBeforeCommit(id);
    await slow.store(new Map([[id, productOf(id, 'old')]]));
    expect(await cached(id)).toBeUndefined();
    expect((await one.lease([id])).others).toEqual([id]);

    await other.invalidateAfterCommit(id);
    await slow.store(new Map([[id, productOf(id, 'old')]]));
    expect(await cached(id)).toBeUndefined();
    expect((await one.lease([id])).mine).toEqual([id]);
  });

  it('does not let a reader store whose lease has expired', async () => {
    const id = randomUUID();
    const slow = await one.lease([id]);
    await redis.del(`${stores.redisPrefix}product:{${id}}:lease`);
    const next = await other.lease([id]);
    await slow.store(new Map([[id, productOf(id, 'old')]]));
    await next.store(new Map([[id, productOf(id, 'new')]]));
    expect((await cached(id))?.name).toBe('new');
  });
});

describe('an entry', () => {
  it('is removed before a change is committed', async () => {
    const id = randomUUID();
    await (await one.lease([id])).store(new Map([[id, productOf(id)]]));
    await one.invalidateBeforeCommit(id);
    expect(await cached(id)).toBeUndefined();
  });

  it('of a product that does not exist expires soon', async () => {
    const id = randomUUID();
    await (await one.lease([id])).store(new Map([[id, null]]));
    expect(await cached(id)).toBeNull();
    expect(await redis.pttl(`${stores.redisPrefix}product:{${id}}`)).toBeLessThanOrEqual(1_000);
    await waitUntil('the entry to expire', async () => (await cached(id)) === undefined);
  });
});
