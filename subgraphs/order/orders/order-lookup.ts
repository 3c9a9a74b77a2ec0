import { createCoalescer } from '../../../platform/batching/coalescer.ts';
import type { OrderRecord } from './order.ts';
import type { OrderRepository } from './order-repository.ts';

/** Looks orders up by id. Request batching: one query for all look-ups of the moment, of all requests. */
export class OrderLookup {
  readonly #lookUps;

  constructor(orders: OrderRepository) {
    this.#lookUps = createCoalescer(
      async (ids: readonly string[]): Promise<(OrderRecord | null)[]> => {
        const records = await orders.findRecords([...new Set(ids)]);
        return ids.map((id) => records.get(id) ?? null);
      },
      { maxItems: 500 },
    );
  }

  /** @returns null when nothing is stored under the id yet; an order may still follow */
  find(orderId: string): Promise<OrderRecord | null> {
    return this.#lookUps.submit(orderId);
  }
}
