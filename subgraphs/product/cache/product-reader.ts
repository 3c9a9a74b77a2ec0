import { setTimeout as sleep } from 'node:timers/promises';
import type { Product } from '../catalog/product.ts';
import type { ProductRepository } from '../catalog/product-repository.ts';
import type { Found, ProductCache } from './product-cache.ts';

/**
 * Products by id, for all requests of this process: one MGET for what is cached, one statement for all that is not. A
 * product is never read twice at a time: in this process later askers join the read that is under way, and of several
 * processes one reads and the others wait for what it caches, though not for long.
 */
export interface ProductReader {
  /** In the order of the ids; null for a product that does not exist. */
  readMany(ids: readonly string[]): Promise<(Product | null)[]>;
  /** Call before the COMMIT of a change. */
  announceChange(id: string): Promise<void>;
  /** Call after it: whoever begins to read from now on, in this process or another, sees the change. */
  forget(id: string): Promise<void>;
}

/** How long to wait for another process's read, and how often to look, in milliseconds. */
const PATIENCE_MS = 500;
const LOOK_EVERY_MS = 10;

export function createProductReader(
  repository: Pick<ProductRepository, 'findByIds'>,
  cache: ProductCache,
): ProductReader {
  const underWay = new Map<string, Promise<Product | null>>();

  function begin(ids: readonly string[]): void {
    const reading = read(ids);
    for (const id of ids) {
      const one = reading
        .then((found) => found.get(id) ?? null)
        .finally(() => {
          if (underWay.get(id) === one) underWay.delete(id);
        });
      underWay.set(id, one);
    }
  }

  async function read(ids: readonly string[]): Promise<Found> {
    const cached = await cache.read(ids);
    const missing = ids.filter((id) => !cached.has(id));
    if (missing.length === 0) return cached;

    const { found, mine, others, store } = await cache.lease(missing);
    const [own, theirs] = await Promise.all([readStored(mine), awaitCached(others)]);
    // The answer does not wait for it; those who wait for the entry do.
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
    const deadline = performance.now() + PATIENCE_MS;
    while (rest.length > 0 && performance.now() < deadline) {
      await sleep(LOOK_EVERY_MS);
      for (const [id, product] of await cache.read(rest)) found.set(id, product);
      rest = rest.filter((id) => !found.has(id));
    }
    return new Map([...found, ...(await readStored(rest))]);
  }

  return {
    readMany(ids) {
      const fresh = [...new Set(ids)].filter((id) => !underWay.has(id));
      if (fresh.length > 0) begin(fresh);
      return Promise.all(ids.map((id) => underWay.get(id)!));
    },
    announceChange: (id) => cache.announceChange(id),
    forget(id) {
      underWay.delete(id);
      return cache.forget(id);
    },
  };
}
