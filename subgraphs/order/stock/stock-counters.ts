import { createKeyedCoalescer } from '../../../platform/batching/coalescer.ts';
import type { ReadyRequest } from './readiness.ts';
import { redisId } from './redis-id.ts';
import type { StockMovement } from './stock-movements.ts';
import { isMovementCounted } from './stock-outcomes.ts';
import type { StockStore } from './stock-store.ts';

/** Live numbers of a product, by Redis. Units; `asOf` in milliseconds since 1970. */
export interface StockNumbers {
  readonly total: number;
  readonly sold: number;
  readonly reserved: number;
  readonly epoch: number;
  /** Whether Redis knows what each user holds. */
  readonly countsHoldings: boolean;
  readonly asOf: number;
}

/** The counters of a product in Redis: reads them, and applies restocks and returned units. */
export class StockCounters {
  readonly #store: StockStore;
  readonly #memoryMs: number;
  readonly #readings = createKeyedCoalescer(
    async (productId: string, callers: readonly null[]) => {
      const numbers = await this.#readNow(productId);
      return callers.map(() => numbers);
    },
    { maxItems: Number.POSITIVE_INFINITY },
  );

  /** @param memoryMs how long a movement is remembered as applied, in milliseconds */
  constructor(store: StockStore, memoryMs: number) {
    this.#store = store;
    this.#memoryMs = memoryMs;
  }

  /** Request deduplication: however many callers, one reading is under way. @returns null when Redis has no numbers at the moment */
  async read(productId: string): Promise<StockNumbers | null> {
    try {
      return await this.#readings.submit(productId, null);
    } catch {
      return null;
    }
  }

  async isReady({ productId, minEpoch, needsHoldings }: ReadyRequest): Promise<boolean> {
    const reply = await this.#readStock(productId, await this.#store.writer.connect());
    if (reply.state !== 'ready' || reply.epoch < minEpoch) return false;
    if (this.#store.unreadable.isNoted(productId, reply.epoch)) return false;
    return !needsHoldings || reply.rest[3] === 1;
  }

  /**
   * @returns whether the movement is in Redis's numbers now; false: later again
   * @throws {UnreadableKeysError} when the product has to be rebuilt first
   */
  async apply(movement: StockMovement): Promise<boolean> {
    const { keys, scripts, writer, unreadable } = this.#store;
    const { stock, holding, applied } = keys.ofEpoch(movement.productId, movement.epoch);
    const reply = scripts.applyMovement(
      [keys.gate(movement.productId), stock, holding, applied],
      [
        movement.epoch,
        redisId(movement.id),
        movement.kind === 'RESTOCK' ? movement.quantity : 0,
        movement.kind === 'GIVE_BACK' ? -movement.quantity : 0,
        movement.userId ? redisId(movement.userId) : '',
        this.#memoryMs,
        await writer.connect(),
      ],
    );
    const code = await unreadable.watch(movement.productId, movement.epoch, reply);
    return isMovementCounted(Number(code));
  }

  async #readNow(productId: string): Promise<StockNumbers | null> {
    // Without MySQL, Redis's numbers are the best that there are.
    const reply = await this.#readStock(productId, this.#store.writer.serverId ?? '');
    if (reply.state === 'notReady') return null;
    const [total, sold, reserved, limited] = reply.rest.map(Number);
    return {
      total: total!,
      sold: sold!,
      reserved: reserved!,
      epoch: reply.epoch,
      countsHoldings: limited === 1,
      asOf: reply.now,
    };
  }

  #readStock(productId: string, source: string) {
    const { keys, scripts, fence } = this.#store;
    return fence.withCurrentEpoch(productId, (epoch) =>
      scripts.readStock([keys.gate(productId), keys.ofEpoch(productId, epoch).stock], [epoch, source]),
    );
  }
}
