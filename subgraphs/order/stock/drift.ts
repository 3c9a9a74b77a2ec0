import type { Pool } from 'mysql2/promise';
import { stockDrift, stockUnits } from '../metrics.ts';
import type { StockNumbers } from './numbers.ts';
import { readStockRows, type StockRow } from './stock-repository.ts';
import type { StockService } from './stock-service.ts';

/** Of the products noted last as busy: what a round costs is bounded, however many are on sale. */
const MOST_PRODUCTS = 200;

/**
 * Units by which the two disagree. Once nothing is under way both have the same `total` and `sold`, and nothing is reserved; until
 * then, what is reserved may be sold in MySQL already or not yet. Above zero, Redis would sell too few; below, more than MySQL lets it.
 *
 * @param before what Redis said before MySQL was asked @param after and afterwards: sales go on in between
 */
export function driftOf(
  before: StockNumbers,
  mysql: Pick<StockRow, 'total' | 'sold'>,
  after: StockNumbers,
): number {
  const soldByRedisAlone = Math.max(0, before.sold - mysql.sold);
  const soldByMysqlAlone = Math.max(0, mysql.sold - after.sold - after.reserved);
  return mysql.total - after.total + soldByRedisAlone - soldByMysqlAlone;
}

/** Only what two rounds in a row have seen: give-backs and restocks take a moment from MySQL to Redis. */
export const lasting = (before: number, now: number): number =>
  before * now > 0 ? Math.min(Math.abs(before), Math.abs(now)) : 0;

/** Compares the numbers of busy products, and tells metrics. It only looks. */
export class DriftWatch {
  readonly #stock: StockService;
  readonly #pool: Pool;
  #before = new Map<string, number>();

  constructor(stock: StockService, pool: Pool) {
    this.#stock = stock;
    this.#pool = pool;
  }

  /** One round. @throws when a store does not answer */
  async run(): Promise<void> {
    const products = (await this.#stock.tools.busyProducts.list()).slice(-MOST_PRODUCTS);
    const numbers = new Map<string, StockNumbers>();
    for (const productId of products) {
      const read = await this.#stock.read(productId);
      if (read) numbers.set(productId, read);
    }
    const rows = await readStockRows(this.#pool, [...numbers.keys()]);
    const drifts = new Map<string, number>();
    for (const [productId, row] of rows) {
      const drift = await this.#driftOf(productId, numbers.get(productId)!, row);
      if (drift !== 0) drifts.set(productId, drift);
    }
    this.#tell([...numbers.values()], drifts);
    this.#before = drifts;
  }

  async #driftOf(productId: string, before: StockNumbers, row: StockRow): Promise<number> {
    if (before.total === row.total && before.sold === row.sold) return 0;
    const after = await this.#stock.read(productId);
    return after ? driftOf(before, row, after) : 0;
  }

  #tell(all: readonly StockNumbers[], drifts: ReadonlyMap<string, number>): void {
    const sum = (units: (numbers: StockNumbers) => number) =>
      all.reduce((total, one) => total + units(one), 0);
    stockUnits.labels('total').set(sum(({ total }) => total));
    stockUnits.labels('sold').set(sum(({ sold }) => sold));
    stockUnits.labels('reserved').set(sum(({ reserved }) => reserved));
    stockUnits.labels('remaining').set(sum(({ total, sold, reserved }) => total - sold - reserved));
    let drift = 0;
    for (const [productId, now] of drifts) drift += lasting(this.#before.get(productId) ?? 0, now);
    stockDrift.set(drift);
  }
}
