import type { Pool } from 'mysql2/promise';
import type { Logger } from '../../../platform/logger.ts';
import { stockDrift, stockUnits } from '../metrics.ts';
import { DriftRepair, type Drift } from './drift-repair.ts';
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
  before: Pick<StockNumbers, 'sold'>,
  mysql: Pick<StockRow, 'total' | 'sold'>,
  after: Pick<StockNumbers, 'total' | 'sold' | 'reserved'>,
): number {
  const soldByRedisAlone = Math.max(0, before.sold - mysql.sold);
  const soldByMysqlAlone = Math.max(0, mysql.sold - after.sold - after.reserved);
  return mysql.total - after.total + soldByRedisAlone - soldByMysqlAlone;
}

/** Only what two rounds in a row have seen: give-backs and restocks take a moment from MySQL to Redis. */
export const lasting = (before: number, now: number): number =>
  before * now > 0 ? Math.min(Math.abs(before), Math.abs(now)) : 0;

/** Nothing is reserved, and both are at one epoch: where they are not, the next batch finds out and rebuilds. */
const isQuiet = (before: StockNumbers, row: StockRow, after: StockNumbers): boolean =>
  before.reserved === 0 && after.reserved === 0 && before.epoch === row.epoch && after.epoch === row.epoch;

/** Compares the numbers of busy products, tells metrics, and has repaired what stays wrong. */
export class DriftWatch {
  readonly #stock: StockService;
  readonly #pool: Pool;
  readonly #repair: DriftRepair;
  #before = new Map<string, number>();

  constructor(stock: StockService, pool: Pool, logger: Logger) {
    this.#stock = stock;
    this.#pool = pool;
    this.#repair = new DriftRepair(stock, pool, logger);
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
    const unexplained = new Map<string, Drift>();
    for (const [productId, row] of rows) {
      const before = numbers.get(productId)!;
      if (before.total === row.total && before.sold === row.sold) continue;
      const after = await this.#stock.read(productId);
      const units = after ? driftOf(before, row, after) : 0;
      if (!after || units === 0) continue;
      drifts.set(productId, units);
      if (isQuiet(before, row, after)) unexplained.set(productId, { ...after, units });
    }
    this.#tell([...numbers.values()], drifts);
    this.#before = drifts;
    await this.#repair.note(unexplained);
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
