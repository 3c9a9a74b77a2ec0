import { createCoalescer } from '../../../platform/batching/coalescer.ts';
import type { OrderRecord } from './order.ts';
import type { OrderRepository } from './order-repository.ts';

/** Looks orders up by id: one query for all who ask at the moment, whichever request they belong to. */
export class OrderLookup {
  readonly #questions;

  constructor(orders: OrderRepository) {
    this.#questions = createCoalescer(
      async (ids: readonly string[]): Promise<(OrderRecord | null)[]> => {
        const records = await orders.findRecords([...new Set(ids)]);
        return ids.map((id) => records.get(id) ?? null);
      },
      { maxItems: 500 },
    );
  }

  /** @returns null when nothing stands under the id, which is not to say that nothing ever will */
  find(orderId: string): Promise<OrderRecord | null> {
    return this.#questions.ask(orderId);
  }
}
