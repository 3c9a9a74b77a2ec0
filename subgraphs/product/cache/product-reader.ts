import { setTimeout as sleep } from 'node:timers/promises';
import type { Product } from '../catalog/product.ts';
import type { ProductRepository } from '../catalog/product-repository.ts';
import type { Found, ProductCache } from './product-cache.ts';

/**
 * Products by id, for all requests of this process: one MGET for what is cached, one statement for all that is not. Request
 * deduplication: in a process, concurrent reads of a product share one; of several processes, the one that holds the lease reads
 * from MySQL and the others wait for its cache entry, for a bounded time.
 */
export interface ProductReader {
  /** In the order of the ids; null for a product that does not exist. */
  readMany(ids: readonly string[]): Promise<(Product | null)[]>;
  /** Call before the COMMIT of a change: removes the entry and revokes leases. */
  invalidateBeforeCommit(id: string): Promise<void>;
  /** Call after it: every read that begins from now on, in any process, sees the change. */
  invalidateAfterCommit(id: string): Promise<void>;
}

/** How long to wait for the cache entry of another process, and how often to poll for it, in milliseconds. */
const LEASE_WAIT_MS = 500;
const POLL_INTERVAL_MS = 10;

export function createProductReader(
  repository: Pick<ProductRepository, 'findByIds'>,
  cache: ProductCache,
): ProductReader {
  const inFlight = new Map<string, Promise<Product | null>>();

  function begin(ids: readonly string[]): void {
    const reading = read(ids);
    for (const id of ids) {
      const one = reading
        .then((found) => found.get(id) ?? null)
        .finally(() => {
          if (inFlight.get(id) === one) inFlight.delete(id);
        });
      inFlight.set(id, one);
    }
  }

  async function read(ids: readonly string[]): Promise<Found> {
    const cached = await cache.read(ids);
    const missing = ids.filter((id) => !cached.has(id));
    if (missing.length === 0) return cached;

    const { found, mine, others, store } = await cache.lease(missing);
    const [own, theirs] = await Promise.all([readStored(mine), awaitCached(others)]);
    // The response does not wait for the store; the processes without the lease do.
    void store(own);
    return new Map([...cached, ...found, ...own, ...theirs]);
  }

  async function readStored(ids: readonly string[]): Promise<Found> {
    if (ids.length === 0) return new Map();
    const found = new Map<string, Product | null>(ids.map((id) => [id, null]));
    for (const product of await repository.findByIds(ids)) found.set(product.id, product);
    return found;
  }

  async function awaitCached(ids: readonly string[]): Promise<Found> {
    const found = new Map<string, Product | null>();
    let rest = ids;
    const deadline = performance.now() + LEASE_WAIT_MS;
    while (rest.length > 0 && performance.now() < deadline) {
      await sleep(POLL_INTERVAL_MS);
      for (const [id, product] of await cache.read(rest)) found.set(id, product);
      rest = rest.filter((id) => !found.has(id));
    }
    return new Map([...found, ...(await readStored(rest))]);
  }

  return {
    readMany(ids) {
      const fresh = [...new Set(ids)].filter((id) => !inFlight.has(id));
      if (fresh.length > 0) begin(fresh);
      return Promise.all(ids.map((id) => inFlight.get(id)!));
    },
    invalidateBeforeCommit: (id) => cache.invalidateBeforeCommit(id),
    invalidateAfterCommit(id) {
      inFlight.delete(id);
      return cache.invalidateAfterCommit(id);
    },
  };
}
