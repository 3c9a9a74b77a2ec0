import { LRUCache } from 'lru-cache';
import type { Pool } from 'mysql2/promise';
import { eachItem } from '../../../platform/lifecycle/each-item.ts';
import type { Logger } from '../../../platform/logger.ts';
import { readProductsAfter } from './stock-repository.ts';
import type { StockStore } from './stock-store.ts';

/** Products in one round, and of these at a time. */
const PER_ROUND = 200;
const AT_A_TIME = 20;
/** Epochs before the current one whose keys are deleted. A rebuild deletes those of its predecessor, so older ones are left over only where many failed in a row. */
const EPOCHS_BACK = 32;
const KEYS_PER_CALL = 1_000;
const CALLS_PER_PRODUCT = 20;

/**
 * Deletes what Redis keeps of products and no longer needs: keys of epochs that are over, where the rebuild that should have deleted them
 * died; and settled keys and movements whose time is over, of products without purchases, which the reaper does not visit. It
 * walks over all products, some in each round. Any number of processes may do this at once.
 */
export class OldKeys {
  readonly #store: StockStore;
  readonly #pool: Pool;
  readonly #logger: Logger;
  /** The last product of the round before. */
  #after: string | null = null;
  /** Up to which epoch this process has deleted the keys of a product. */
  readonly #cleanTo = new LRUCache<string, number>({ max: 100_000 });

  constructor(store: StockStore, pool: Pool, logger: Logger) {
    this.#store = store;
    this.#pool = pool;
    this.#logger = logger;
  }

  /** One round. A product whose keys cannot be read does not keep the others waiting. @throws when MySQL does not answer */
  async run(): Promise<void> {
    const products = await readProductsAfter(this.#pool, this.#after, PER_ROUND);
    const options = { job: 'old-keys', running: AT_A_TIME, logger: this.#logger };
    await eachItem(products, { ...options, keyOf: (productId) => productId }, (productId) =>
      this.#clean(productId),
    );
    this.#after = products.length < PER_ROUND ? null : products.at(-1)!;
  }

  async #clean(productId: string): Promise<void> {
    const { redis, fence, keys, scripts } = this.#store;
    const epoch = await fence.currentEpoch(productId);
    if (epoch === null) return;
    const { records, settled, applied } = keys.ofEpoch(productId, epoch);
    for (let call = 0; call < CALLS_PER_PRODUCT; call++) {
      const forgotten = Number(await scripts.forget([records, settled, applied], [KEYS_PER_CALL]));
      if (forgotten < KEYS_PER_CALL) break;
    }
    // The gate never goes back, so nothing reads what is below it.
    if (this.#cleanTo.get(productId) === epoch) return;
    const dead = Array.from({ length: Math.min(EPOCHS_BACK, epoch - 1) }, (_, i) => epoch - 1 - i);
    if (dead.length > 0)
      await redis.unlink(
        ...dead.flatMap((one) => Object.values<string>({ ...keys.ofEpoch(productId, one) })),
      );
    this.#cleanTo.set(productId, epoch);
  }
}
