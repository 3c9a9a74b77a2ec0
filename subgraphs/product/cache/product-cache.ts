import { randomUUID } from 'node:crypto';
import type { Logger } from '../../../platform/logger.ts';
import { OutageLog } from '../../../platform/outage-log.ts';
import { getMany, type Redis } from '../../../platform/redis/client.ts';
import { loadScript } from '../../../platform/redis/script.ts';
import type { Product } from '../catalog/product.ts';
import { decodeProduct, encodeProduct } from './cached-product.ts';

/**
 * Products in Redis, a cache that all processes of the subgraph share. No method rejects: while Redis is not available nothing is
 * cached, and every process reads for itself.
 *
 * A *lease* on a product's entry makes one process read it from MySQL while the others wait, and lets only that process
 * write it. A change takes the lease away before its COMMIT and frees it afterwards (see "leases" in Scaling Memcache at
 * Facebook, 2013), so the entry is gone when the change is committed, even if the process dies then.
 */
export interface ProductCache {
  /** The cached products; null for a product that is known not to exist. */
  read(ids: readonly string[]): Promise<Found>;
  /** For ids that `read` did not find: entries that were stored meanwhile, and leases on the rest. */
  lease(ids: readonly string[]): Promise<Leases>;
  /** Call before COMMIT: removes the entry and takes the lease. */
  invalidateBeforeCommit(id: string): Promise<void>;
  /** Call after COMMIT: removes the entry and frees the lease. */
  invalidateAfterCommit(id: string): Promise<void>;
}

export type Found = ReadonlyMap<string, Product | null>;

export interface Leases {
  readonly found: Found;
  /** The caller holds the lease and must read them. */
  readonly mine: readonly string[];
  /** Another process is reading or changing them. */
  readonly others: readonly string[];
  /** Caches what the caller read: all of `mine`, null for a product that does not exist. */
  readonly store: (products: Found) => Promise<void>;
}

export interface ProductCacheOptions {
  readonly redis: Redis;
  /** Of all keys. */
  readonly prefix: string;
  /** Lifetime of an entry in milliseconds: the bound on staleness if an invalidation does not reach Redis. */
  readonly ttlMs: number;
  readonly logger: Logger;
}

/** For ids without a product: one may be created soon. */
const UNKNOWN_TTL_MS = 1_000;
/** Longer than a read or a COMMIT takes, and short enough for others to wait when its holder has died. */
const LEASE_MS = 2_000;
/** Cooldown after Redis failed (circuit breaker): otherwise each read would wait for the command timeout. */
const COOLDOWN_MS = 1_000;

export function createProductCache({ redis, prefix, ttlMs, logger }: ProductCacheOptions): ProductCache {
  const readOrLease = loadScript(redis, new URL('./lua/readOrLease-2.lua', import.meta.url));
  const storeUnderLease = loadScript(redis, new URL('./lua/storeUnderLease-2.lua', import.meta.url));
  const entryKey = (id: string) => `${prefix}product:{${id}}`;
  const leaseKey = (id: string) => `${prefix}product:{${id}}:lease`;
  const outage = new OutageLog({
    logger,
    begins: 'product cache is not available, reading from MySQL',
    ends: 'product cache is available again',
  });
  let openUntil = 0;

  /** Circuit breaker: while it is open, the result is `fallback`. */
  async function withCircuitBreaker<Result>(
    execute: () => Promise<Result>,
    fallback: Result,
  ): Promise<Result> {
    if (performance.now() < openUntil) return fallback;
    try {
      const result = await execute();
      outage.worked();
      return result;
    } catch (error) {
      outage.failed(error);
      openUntil = performance.now() + COOLDOWN_MS;
      return fallback;
    }
  }

  async function read(ids: readonly string[]): Promise<Found> {
    const entries = await getMany(redis, ids.map(entryKey));
    const found = new Map<string, Product | null>();
    entries.forEach((entry, index) => {
      const product = entry === null ? undefined : decodeProduct(entry);
      if (product !== undefined) found.set(ids[index]!, product);
    });
    return found;
  }

  async function lease(ids: readonly string[]): Promise<Leases> {
    const token = randomUUID();
    const replies = await Promise.all(
      ids.map((id) => readOrLease([entryKey(id), leaseKey(id)], [token, LEASE_MS])),
    );
    const found = new Map<string, Product | null>();
    const mine: string[] = [];
    const others: string[] = [];
    replies.forEach((reply, index) => {
      const id = ids[index]!;
      const product = typeof reply === 'string' ? decodeProduct(reply) : undefined;
      if (product !== undefined) found.set(id, product);
      // An entry that another release wrote cannot be decoded here, and waiting does not change it.
      else (reply === 0 ? others : mine).push(id);
    });
    return {
      found,
      mine,
      others,
      store: (products) => withCircuitBreaker(() => store(products, token), undefined),
    };
  }

  async function store(products: Found, token: string): Promise<void> {
    await Promise.all(
      [...products].map(([id, product]) =>
        storeUnderLease(
          [entryKey(id), leaseKey(id)],
          [token, encodeProduct(product), product ? ttlMs : Math.min(UNKNOWN_TTL_MS, ttlMs)],
        ),
      ),
    );
  }

  /** Sent even while the circuit breaker is open: Redis may be available again, or may never have failed for other processes. */
  async function invalidate(send: () => Promise<unknown>): Promise<void> {
    await send().catch((error: unknown) =>
      logger.warn({ err: error }, 'the product cache could not be invalidated'),
    );
  }

  return {
    read: (ids) => withCircuitBreaker(() => read(ids), new Map()),
    lease: (ids) =>
      withCircuitBreaker(() => lease(ids), {
        found: new Map(),
        mine: ids,
        others: [],
        store: async () => undefined,
      }),
    invalidateBeforeCommit: (id) =>
      invalidate(() =>
        Promise.all([
          redis.set(leaseKey(id), `change:${randomUUID()}`, 'PX', LEASE_MS),
          redis.del(entryKey(id)),
        ]),
      ),
    invalidateAfterCommit: (id) => invalidate(() => redis.del(entryKey(id), leaseKey(id))),
  };
}
