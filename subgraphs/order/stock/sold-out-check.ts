import { LRUCache } from 'lru-cache';
import type { Pool } from 'mysql2/promise';
import { setTimeout as sleep } from 'node:timers/promises';
import { createCoalescer, createKeyedCoalescer } from '../../../platform/batching/coalescer.ts';
import type { Logger } from '../../../platform/logger.ts';
import { stockRepairs } from './metrics.ts';
import { epochAfterRepair, isWrong, checkStock, unitsLeft, type StockCheck } from './check-stock.ts';
import { readAuditedRows } from './stock-repository.ts';
import type { ReserveOutcome, SoldOut } from './stock-outcomes.ts';
import type { StockStore } from './stock-store.ts';

/** How long the refusals of a product rely on one check, in milliseconds. */
const VALID_MS = 1_000;
/** Between two checks of one product at the least, in milliseconds: an audit of 5,000 reservations takes 3 ms of Redis's time. */
const SPACING_MS = 50;
const MOST_PRODUCTS = 10_000;
const ROWS_PER_STATEMENT = 500;

interface Checked {
  readonly epoch: number;
  readonly remaining: number;
  /** Of `performance.now()`. */
  readonly checkedAt: number;
  /** Whether the numbers agreed. They cannot be compared while a restock or a return is on its way to Redis. */
  readonly isSure: boolean;
}

interface RefusedRequest {
  readonly refusal: SoldOut;
  readonly quantity: number;
}

/**
 * Decides whether Redis's `SoldOut` counts: only where its numbers agree with its open reservations and with MySQL, since a number that is
 * wrong, whatever the cause, may leave units unsold. Purchases that are admitted are not checked.
 *
 * One check serves all refusals of a product for a second, as long as Redis gives the same epoch and the same number of units left: any
 * damage to its numbers that would refuse a unit changes that number.
 */
export class SoldOutCheck {
  readonly #store: StockStore;
  readonly #logger: Logger;
  readonly #checked = new LRUCache<string, Checked>({ max: MOST_PRODUCTS });
  readonly #rows;
  readonly #checks = createKeyedCoalescer(
    async (productId: string, refused: readonly RefusedRequest[]) => {
      const outcomeOf = await this.#checkNow(productId);
      return refused.map(outcomeOf);
    },
    { maxItems: Number.POSITIVE_INFINITY },
  );

  constructor(store: StockStore, pool: Pool, logger: Logger) {
    this.#store = store;
    this.#logger = logger;
    this.#rows = createCoalescer(
      async (productIds: readonly string[]) => {
        const rows = await readAuditedRows(pool, [...new Set(productIds)]);
        return productIds.map((productId) => rows.get(productId));
      },
      { maxItems: ROWS_PER_STATEMENT },
    );
  }

  /**
   * Never rejects.
   *
   * @returns the refusal, or `notReady` where it cannot be relied on, with the epoch that the product is to be rebuilt to
   */
  async check(productId: string, refusal: SoldOut, quantity: number): Promise<ReserveOutcome> {
    const last = this.#checked.get(productId);
    const isKnown =
      last?.isSure &&
      last.epoch === refusal.epoch &&
      last.remaining === refusal.remaining &&
      performance.now() - last.checkedAt < VALID_MS;
    if (isKnown) return refusal;
    try {
      return await this.#checks.submit(productId, { refusal, quantity });
    } catch (error) {
      this.#logger.warn({ err: error, productId }, 'the check whether a product is sold out failed');
      return { kind: 'notReady' };
    }
  }

  /** @returns what follows for a refusal that was given before */
  async #checkNow(productId: string): Promise<(refused: RefusedRequest) => ReserveOutcome> {
    const last = this.#checked.get(productId);
    const waitMs = last ? last.checkedAt + SPACING_MS - performance.now() : 0;
    if (waitMs > 0) await sleep(waitMs);
    const check = await checkStock(this.#store, productId, (id) => this.#rows.submit(id));
    if (!check) return () => ({ kind: 'notReady' });
    if (isWrong(check.comparison)) return this.#outcomeOfDrift(productId, check);

    const { epoch, total, sold, reserved } = check.audit;
    const isSure = check.comparison.kind === 'agrees';
    const remaining = total - sold - reserved;
    this.#checked.set(productId, { epoch, remaining, checkedAt: performance.now(), isSure });
    // A refusal of an epoch that is over is decided anew, and so is one of units that are on their way to Redis.
    return ({ refusal, quantity }) =>
      refusal.epoch === epoch && (isSure || quantity > unitsLeft(check)) ? refusal : { kind: 'notReady' };
  }

  #outcomeOfDrift(productId: string, check: StockCheck): () => ReserveOutcome {
    const minEpoch = epochAfterRepair(check);
    // A later epoch in MySQL is mostly a rebuild under way.
    if (check.comparison.kind === 'units') {
      const { audit, comparison } = check;
      stockRepairs.labels('drift').inc();
      this.#logger.warn(
        { productId, numbers: audit, comparison },
        'a product is not sold out although Redis counts so, and is rebuilt from MySQL',
      );
    }
    return () => ({ kind: 'notReady', minEpoch });
  }
}
