import type { PendingOrder } from '../orders/pending-order.ts';
import type { WriteResult } from './write-result.ts';

/** A pending order that has no result yet. */
export interface Waiting {
  readonly pendingOrder: PendingOrder;
  readonly resolve: (writeResult: WriteResult) => void;
}

/** Pending orders in the order in which they are written. */
export class BatchQueue implements Iterable<Waiting> {
  #waiting: Waiting[] = [];

  get size(): number {
    return this.#waiting.length;
  }

  [Symbol.iterator](): Iterator<Waiting> {
    return this.#waiting.values();
  }

  push(...items: readonly Waiting[]): void {
    this.#waiting.push(...items);
  }

  /** Puts items before all others, in their order: they were taken before those came. */
  putBack(items: readonly Waiting[]): void {
    this.#waiting = [...items, ...this.#waiting];
  }

  /** Removes and returns those for which the condition holds. */
  takeWhere(condition: (pendingOrder: PendingOrder) => boolean): Waiting[] {
    const taken: Waiting[] = [];
    const kept: Waiting[] = [];
    for (const one of this.#waiting) (condition(one.pendingOrder) ? taken : kept).push(one);
    this.#waiting = kept;
    return taken;
  }

  /** In order; of a product only one epoch, and of an order only one pending order. The others are next. */
  takeBatch(maxBatch: number): Waiting[] {
    const epochs = new Map<string, number>();
    const orderIds = new Set<string>();
    const batch: Waiting[] = [];
    for (let i = 0; i < this.#waiting.length && batch.length < maxBatch;) {
      const { order } = this.#waiting[i]!.pendingOrder;
      const belongs =
        !orderIds.has(order.id) &&
        order.items.every(({ productId, epoch }) => (epochs.get(productId) ?? epoch) === epoch);
      if (!belongs) {
        i++;
        continue;
      }
      orderIds.add(order.id);
      for (const { productId, epoch } of order.items) epochs.set(productId, epoch);
      batch.push(...this.#waiting.splice(i, 1));
    }
    return batch;
  }
}
