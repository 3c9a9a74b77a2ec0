import type { Pool } from 'mysql2/promise';
import { createCoalescer } from '../../../platform/batching/coalescer.ts';
import { readStockRows, type StockRow } from './stock-repository.ts';
import type { StockService } from './stock-service.ts';

/** The `Stock` of the schema. */
export interface StockView {
  readonly total: number;
  readonly sold: number;
  readonly reserved: number;
  readonly remaining: number;
  readonly soldOut: boolean;
  readonly asOf: Date;
}

/** Live stock: by Redis, or by MySQL while Redis has no numbers. A missing number is never taken for zero. */
export class StockReader {
  readonly #stock: StockService | null;
  readonly #rows;

  /** @param stock null where Redis has no part in sales */
  constructor(stock: StockService | null, pool: Pool) {
    this.#stock = stock;
    this.#rows = createCoalescer(
      async (ids: readonly string[]): Promise<(StockRow | null)[]> => {
        const rows = await readStockRows(pool, [...new Set(ids)]);
        return ids.map((id) => rows.get(id) ?? null);
      },
      { maxItems: 500 },
    );
  }

  /** @returns null when there is no stock of the product, nor ever was */
  async read(productId: string): Promise<StockView | null> {
    const numbers = await this.#stock?.read(productId);
    if (numbers) return toView(numbers.total, numbers.sold, numbers.reserved, numbers.asOf);
    const row = await this.#rows.submit(productId);
    return row && toView(row.total, row.sold, 0, Date.now());
  }
}

function toView(total: number, sold: number, reserved: number, asOf: number): StockView {
  const remaining = total - sold - reserved;
  return { total, sold, reserved, remaining, soldOut: remaining <= 0, asOf: new Date(asOf) };
}
