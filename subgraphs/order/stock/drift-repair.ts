import type { Pool } from 'mysql2/promise';
import type { Logger } from '../../../platform/logger.ts';
import { hasMovementsToApply } from './stock-movements.ts';
import type { StockService } from './stock-service.ts';

/** Rounds in a row that must see the same before it is taken to be no work under way. */
const ROUNDS = 3;
const READY_WITHIN_MS = 2_000;

export interface Drift {
  /** By which the two disagree. */
  readonly units: number;
  /** Which both are at. */
  readonly epoch: number;
  readonly countsHoldings: boolean;
}

interface Seen extends Drift {
  readonly rounds: number;
}

/**
 * Rebuilds a product whose numbers in Redis stay wrong while nothing is reserved that could explain it: whatever made them so,
 * MySQL owns the truth, and nothing that is under way can be harmed.
 */
export class DriftRepair {
  readonly #stock: StockService;
  readonly #pool: Pool;
  readonly #logger: Logger;
  #seen = new Map<string, Seen>();

  constructor(stock: StockService, pool: Pool, logger: Logger) {
    this.#stock = stock;
    this.#pool = pool;
    this.#logger = logger;
  }

  /** @param drifts what one round has seen of products of which nothing is reserved, by product */
  async note(drifts: ReadonlyMap<string, Drift>): Promise<void> {
    const before = this.#seen;
    this.#seen = new Map();
    for (const [productId, drift] of drifts) {
      const last = before.get(productId);
      const isSame = last?.units === drift.units && last.epoch === drift.epoch;
      const rounds = isSame ? last.rounds + 1 : 1;
      if (rounds < ROUNDS) this.#seen.set(productId, { ...drift, rounds });
      else await this.#repair(productId, drift);
    }
  }

  async #repair(productId: string, { units, epoch, countsHoldings }: Drift): Promise<void> {
    if (await hasMovementsToApply(this.#pool, productId)) return;
    const outcome = await this.#stock.ensureReady({
      productId,
      minEpoch: epoch + 1,
      needsHoldings: countsHoldings,
      deadline: performance.now() + READY_WITHIN_MS,
    });
    this.#logger.warn({ productId, units, epoch, outcome }, 'stock had drifted and is rebuilt from MySQL');
  }
}
