import { randomUUID } from 'node:crypto';
import type { Logger } from '../../../platform/logger.ts';
import { OutageLog } from '../../../platform/outage-log.ts';
import { getMany, type Redis } from '../../../platform/redis/client.ts';
import { loadScript } from '../../../platform/redis/script.ts';
import type { Product } from '../catalog/product.ts';
import { decodeProduct, encodeProduct } from './cached-product.ts';

/**
 * Products in Redis, shared by all processes of the subgraph. Nothing here fails: where Redis does not answer, nothing
 * is cached and nobody else reads.
 *
 * A *lease* on a product's entry makes one process read it from MySQL while the others wait, and lets only that process
 * write it. A change takes the lease away before its COMMIT and frees it afterwards (see "leases" in Scaling Memcache at
 * Facebook, 2013), so the entry is gone when the change becomes true, even if the process dies then.
 */
export interface ProductCache {
  /** Those that are cached; null for a product that is known not to exist. */
  read(ids: readonly string[]): Promise<Found>;
  /** For ids that `read` did not find: what has come meanwhile, and whose it is to read the rest. */
  lease(ids: readonly string[]): Promise<Leases>;
  /** Call before COMMIT. */
  announceChange(id: string): Promise<void>;
  /** Call after COMMIT. */
  forget(id: string): Promise<void>;
}

export type Found = ReadonlyMap<string, Product | null>;

export interface Leases {
  readonly found: Found;
  /** For the caller to read. */
  readonly mine: readonly string[];
  /** Somebody else is reading or changing them. */
  readonly others: readonly string[];
  /** Caches what the caller read: all of `mine`, null for a product that does not exist. */
  readonly store: (products: Found) => Promise<void>;
}

export interface ProductCacheOptions {
  readonly redis: Redis;
  /** Of all keys. */
  readonly prefix: string;
  /** How long an entry lives at the most, in milliseconds: what is stale can be no older, should a change not reach Redis. */
  readonly ttlMs: number;
  readonly logger: Logger;
}

/** An id that names nothing may name something soon. */
const UNKNOWN_TTL_MS = 1_000;
/** Longer than a read or a COMMIT takes, and short enough for others to wait when its owner has died. */
const LEASE_MS = 2_000;
/** How long to do without Redis after it failed: reads would wait for its timeout, one after the other. */
const PAUSE_MS = 1_000;

export function createProductCache({ redis, prefix, ttlMs, logger }: ProductCacheOptions): ProductCache {
  const readOrLease = loadScript(redis, new URL('./lua/readOrLease-2.lua', import.meta.url));
  const storeUnderLease = loadScript(redis, new URL('./lua/storeUnderLease-2.lua', import.meta.url));
  const entryKey = (id: string) => `${prefix}product:{${id}}`;
  const leaseKey = (id: string) => `${prefix}product:{${id}}:lease`;
  const outage = new OutageLog({
    logger,
    begins: 'product cache does not answer, reading from MySQL',
    ends: 'product cache answers again',
  });
  let pausedUntil = 0;

  async function unlessDown<Result>(ask: () => Promise<Result>, otherwise: Result): Promise<Result> {
    if (performance.now() < pausedUntil) return otherwise;
    try {
      const result = await ask();
      outage.worked();
      return result;
    } catch (error) {
      outage.failed(error);
      pausedUntil = performance.now() + PAUSE_MS;
      return otherwise;
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
    const answers = await Promise.all(
      ids.map((id) => readOrLease([entryKey(id), leaseKey(id)], [token, LEASE_MS])),
    );
    const found = new Map<string, Product | null>();
    const mine: string[] = [];
    const others: string[] = [];
    answers.forEach((answer, index) => {
      const id = ids[index]!;
      const product = typeof answer === 'string' ? decodeProduct(answer) : undefined;
      if (product !== undefined) found.set(id, product);
      // An entry that another release wrote is no use to anybody here, and will not change by waiting.
      else (answer === 0 ? others : mine).push(id);
    });
    return { found, mine, others, store: (products) => unlessDown(() => store(products, token), undefined) };
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

  /** A change is told to Redis even in a pause: it may be reached again, and others may have reached it all along. */
  async function tell(change: () => Promise<unknown>): Promise<void> {
    await change().catch((error: unknown) =>
      logger.warn({ err: error }, 'a change could not be told to the product cache'),
    );
  }

  return {
    read: (ids) => unlessDown(() => read(ids), new Map()),
    lease: (ids) =>
      unlessDown(() => lease(ids), { found: new Map(), mine: ids, others: [], store: async () => undefined }),
    announceChange: (id) =>
      tell(() =>
        Promise.all([
          redis.set(leaseKey(id), `change:${randomUUID()}`, 'PX', LEASE_MS),
          redis.del(entryKey(id)),
        ]),
      ),
    forget: (id) => tell(() => redis.del(entryKey(id), leaseKey(id))),
  };
}
