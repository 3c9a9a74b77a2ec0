import type { Pool } from 'mysql2/promise';
import { groupBy } from '../../../platform/batching/group-by.ts';
import { eachItem } from '../../../platform/lifecycle/each-item.ts';
import type { Logger } from '../../../platform/logger.ts';
import { reach } from '../failpoints.ts';
import { findMovementsToApply, markApplied, type StockMovement } from './stock-movements.ts';
import type { StockService } from './stock-service.ts';
import { UnreadableKeysError } from './unreadable-keys.ts';

const PER_READ = 500;
/** Products at a time. */
const SIDE_BY_SIDE = 8;
const GATE_WITHIN_MS = 1_000;

/** The outbox relay: delivers restocks and returned units from MySQL to Redis, at least once; the script applies each once. */
export class MovementRelay {
  readonly #stock: StockService;
  readonly #pool: Pool;
  readonly #logger: Logger;

  constructor(stock: StockService, pool: Pool, logger: Logger) {
    this.#stock = stock;
    this.#pool = pool;
    this.#logger = logger;
  }

  /** At once, after the transaction that wrote it. If Redis does not answer or is not ready, `run` does it later. */
  async deliver(movement: StockMovement): Promise<boolean> {
    const applied = await this.#stock.applyMovement(movement).catch(() => false);
    if (applied) await markApplied(this.#pool, [movement.id]);
    return applied;
  }

  /** As `deliver`, for all that one transaction wrote. Never rejects: what is not delivered now is delivered by `run`. */
  async deliverAll(movements: readonly StockMovement[]): Promise<void> {
    if (movements.length === 0) return;
    await reach('before-delivery');
    const applied = await Promise.all(
      movements.map((movement) => this.#stock.applyMovement(movement).catch(() => false)),
    );
    const delivered = movements.filter((_, index) => applied[index]).map(({ id }) => id);
    await reach('after-delivery');
    await markApplied(this.#pool, delivered).catch(() => undefined);
  }

  /** One round over what has not been delivered. A product that fails, or is not ready, does not affect the others. */
  async run(): Promise<void> {
    await this.#stock.inTurn('movement-relay', async (turn) => {
      /** Products that are left out for the rest of the round, with the epoch that their gate has to reach. */
      const shut = new Map<string, number>();
      for (let found = PER_READ; found === PER_READ && turn.isHeld;) {
        const movements = await findMovementsToApply(this.#pool, PER_READ, shut.keys());
        const applied = await this.#applyEach(
          groupBy(movements, ({ productId }) => productId),
          shut,
        );
        await markApplied(this.#pool, applied);
        found = movements.length;
      }
      await this.#openGates(shut);
    });
  }

  /** @param shut where products are added of which not all was applied @returns the ids of what was applied */
  async #applyEach(
    byProduct: ReadonlyMap<string, readonly StockMovement[]>,
    shut: Map<string, number>,
  ): Promise<string[]> {
    const applied: string[] = [];
    await this.#each(byProduct, async ([productId, movements]) => {
      const results = await Promise.allSettled(movements.map((one) => this.#stock.applyMovement(one)));
      const isApplied = (_: unknown, index: number) => {
        const result = results[index]!;
        return result.status === 'fulfilled' && result.value;
      };
      const delivered = movements.filter(isApplied);
      applied.push(...delivered.map(({ id }) => id));
      if (delivered.length === movements.length) return;
      shut.set(productId, Math.max(...movements.map(({ epoch }) => epoch)));
      const failure = results.find((result) => result.status === 'rejected');
      // A product whose keys cannot be read is rebuilt like one whose gate is shut.
      if (failure && !(failure.reason instanceof UnreadableKeysError)) throw failure.reason;
    });
    return applied;
  }

  /** A product without purchases is not rebuilt by one, and its movements would never be applied. */
  async #openGates(shut: ReadonlyMap<string, number>): Promise<void> {
    await this.#each(shut, async ([productId, minEpoch]) => {
      const deadline = performance.now() + GATE_WITHIN_MS;
      await this.#stock.ensureReady({ productId, minEpoch, needsHoldings: false, deadline });
    });
  }

  #each<Value>(
    byProduct: Iterable<readonly [string, Value]>,
    work: (entry: readonly [string, Value]) => Promise<void>,
  ) {
    const options = { job: 'movement-relay', running: SIDE_BY_SIDE, logger: this.#logger };
    return eachItem(byProduct, { ...options, keyOf: ([productId]) => productId }, work);
  }
}
