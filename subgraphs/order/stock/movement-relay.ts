import type { Pool } from 'mysql2/promise';
import { findMovementsToApply, markApplied, type StockMovement } from './stock-movements.ts';
import type { StockService } from './stock-service.ts';

const PER_ROUND = 500;
const TURN_MS = 5_000;
const GATE_WITHIN_MS = 1_000;

/** Carries restocks and give-backs from MySQL's outbox to Redis: at least once, and the script sees to it that once counts. */
export class MovementRelay {
  readonly #stock: StockService;
  readonly #pool: Pool;

  constructor(stock: StockService, pool: Pool) {
    this.#stock = stock;
    this.#pool = pool;
  }

  /** At once, after the transaction that wrote it. If Redis does not answer or is not ready, `run` does it later. */
  async deliver(movement: StockMovement): Promise<boolean> {
    const applied = await this.#stock.applyMovement(movement).catch(() => false);
    if (applied) await markApplied(this.#pool, [movement.id]);
    return applied;
  }

  /** As `deliver`, for all that one transaction wrote. Never rejects: what is not delivered now is delivered by `run`. */
  async deliverAll(movements: readonly StockMovement[]): Promise<void> {
    const applied = await Promise.all(
      movements.map((movement) => this.#stock.applyMovement(movement).catch(() => false)),
    );
    const delivered = movements.filter((_, index) => applied[index]).map(({ id }) => id);
    await markApplied(this.#pool, delivered).catch(() => undefined);
  }

  /** One round over what has not been delivered. */
  async run(): Promise<void> {
    const { locks, keys } = this.#stock.tools;
    await locks.using(
      keys.job('movement-relay'),
      { ttlMs: TURN_MS, waitMs: 0 },
      async () => {
        const applied: string[] = [];
        const shut = new Map<string, StockMovement>();
        for (const movement of await findMovementsToApply(this.#pool, PER_ROUND)) {
          if (await this.#stock.applyMovement(movement)) applied.push(movement.id);
          else shut.set(movement.productId, movement);
        }
        await markApplied(this.#pool, applied);
        await this.#openGates([...shut.values()]);
      },
      undefined,
    );
  }

  /** A product that nobody buys is rebuilt by nobody, and its movements would stand in the way of all others for good. */
  async #openGates(movements: readonly StockMovement[]): Promise<void> {
    for (const { productId, epoch } of movements) {
      const deadline = performance.now() + GATE_WITHIN_MS;
      await this.#stock.ensureReady({ productId, minEpoch: epoch, needsHoldings: false, deadline });
    }
  }
}
