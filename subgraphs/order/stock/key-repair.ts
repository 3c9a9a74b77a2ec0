import { KeyedBackoff } from '../../../platform/lifecycle/keyed-backoff.ts';
import type { Logger } from '../../../platform/logger.ts';
import { stockRepairs } from './metrics.ts';
import type { StockService } from './stock-service.ts';
import type { StockStore } from './stock-store.ts';

/** A purchase that met the keys rebuilds them itself, within this time, and then there is nothing left to do here. */
const AFTER_MS = 300;
const READY_WITHIN_MS = 5_000;
/** Of repairs of one product that did not help. */
const BACKOFF = { free: 1, firstMs: 1_000, longestMs: 8_000 };

/**
 * Rebuilds products whose keys turned out to be unreadable, also where no purchase waits for it: a confirmation, a release, a
 * movement, the reaper or the reconciliation failed on them.
 */
export class KeyRepair {
  readonly #stock: Pick<StockService, 'ensureReady'>;
  readonly #store: StockStore;
  readonly #logger: Logger;
  readonly #underWay = new Set<string>();
  readonly #backoff = new KeyedBackoff(BACKOFF);

  constructor(stock: Pick<StockService, 'ensureReady'>, store: StockStore, logger: Logger) {
    this.#stock = stock;
    this.#store = store;
    this.#logger = logger;
  }

  /**
   * Returns at once; the rebuild follows.
   *
   * @param epoch whose keys they are; 0: the gate
   */
  schedule(productId: string, epoch: number): void {
    if (this.#underWay.has(productId) || this.#backoff.isDelayed(productId)) return;
    this.#underWay.add(productId);
    this.#logger.warn(
      { productId, epoch },
      'stock keys of a product cannot be read and are rebuilt from MySQL',
    );
    stockRepairs.labels('unreadable').inc();
    setTimeout(() => void this.#repair(productId, epoch), AFTER_MS).unref();
  }

  async #repair(productId: string, epoch: number): Promise<void> {
    const readiness = await this.#stock.ensureReady({
      productId,
      minEpoch: epoch + 1,
      needsHoldings: await this.#countsHoldings(productId, epoch),
      deadline: performance.now() + READY_WITHIN_MS,
    });
    if (readiness === 'notReady') this.#backoff.failed(productId);
    else this.#backoff.succeeded(productId);
    this.#underWay.delete(productId);
  }

  /** Where that cannot be read either, the next purchase that needs holdings has them counted. */
  async #countsHoldings(productId: string, epoch: number): Promise<boolean> {
    const { redis, keys } = this.#store;
    const limited = await redis.hget(keys.ofEpoch(productId, epoch).stock, 'limited').catch(() => null);
    return limited === '1';
  }
}
