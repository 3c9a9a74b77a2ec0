import { auditStock, type StockAudit } from './audit.ts';
import { compareStock, type Comparison } from './compare-stock.ts';
import type { AuditedRow } from './stock-repository.ts';
import type { StockStore } from './stock-store.ts';

/** Checks that must report a disagreement before it counts. One is proof; more of them cost little. */
const CHECKS = 3;

/** The numbers of a product in Redis, and how they compare with MySQL's. */
export interface StockCheck {
  readonly audit: StockAudit;
  readonly row: AuditedRow;
  readonly comparison: Comparison;
}

/** A row of MySQL; undefined: there is none. */
export type ReadRow = (productId: string) => Promise<AuditedRow | undefined>;

/**
 * Compares a product with MySQL while purchases go on: MySQL is read between two audits of Redis (`compareStock`).
 *
 * @returns the last comparison if all of several report a disagreement, else that it agrees, or that the comparison is open; null where
 *   Redis or MySQL does not have the product
 * @throws when Redis or MySQL does not answer
 */
export async function checkStock(
  store: StockStore,
  productId: string,
  readRow: ReadRow,
): Promise<StockCheck | null> {
  let last: StockCheck | null = null;
  for (let check = 1; check <= CHECKS; check++) {
    const before = await auditStock(store, productId);
    const row = before && (await readRow(productId));
    if (!before || !row) return null;
    const plain = compareStock(before, row, before);
    if (plain.kind === 'agrees') return { audit: before, row, comparison: plain };
    // A second audit only explains what seems wrong.
    const after = await auditStock(store, productId);
    if (!after) return null;
    last = { audit: after, row, comparison: compareStock(before, row, after) };
    if (!isWrong(last.comparison)) return last;
  }
  return last;
}

export const isWrong = ({ kind }: Comparison): boolean => kind === 'units' || kind === 'epoch';

/** @returns the epoch at which a product that is wrong is right again at the earliest */
export const epochAfterRepair = ({ audit, comparison }: StockCheck): number =>
  comparison.kind === 'epoch' ? comparison.minEpoch : audit.epoch + 1;

/** Units that MySQL has not sold and no open reservation holds. Those that are sold and not confirmed in Redis yet are subtracted twice. */
export const unitsLeft = ({ audit, row }: StockCheck): number =>
  row.total - row.sold - (audit.openUnits ?? audit.reserved);
