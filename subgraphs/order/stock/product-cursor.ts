import type { Pool } from 'mysql2/promise';
import { readProductsAfter } from './stock-repository.ts';
import type { StockStore } from './stock-store.ts';

const PRODUCT_ID = /^[0-9a-f-]{36}$/;

/**
 * Goes round all products that have stock, some at a time, for whichever process has its turn: where the last one ended is kept in
 * Redis. If that is lost, the round begins anew.
 */
export class ProductCursor {
  readonly #store: StockStore;
  readonly #pool: Pool;
  readonly #key: string;

  constructor(store: StockStore, pool: Pool, name: string) {
    this.#store = store;
    this.#pool = pool;
    this.#key = store.keys.job(`${name}:cursor`);
  }

  /** @returns the next products, fewer than `limit` at the end of the round */
  async next(limit: number): Promise<string[]> {
    const { redis } = this.#store;
    const last = await redis.get(this.#key).catch(() => null);
    const after = last !== null && PRODUCT_ID.test(last) ? last : null;
    const products = await readProductsAfter(this.#pool, after, limit);
    const reached = products.length < limit ? '' : products.at(-1)!;
    await redis.set(this.#key, reached).catch(() => undefined);
    return products;
  }
}
