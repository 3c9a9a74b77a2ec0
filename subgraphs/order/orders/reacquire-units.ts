import type { PoolConnection } from 'mysql2/promise';
import { v7 as uuidv7 } from 'uuid';
import { uuidToBytes } from '../../../platform/uuid.ts';
import { insertMovements, type StockMovement } from '../stock/stock-movements.ts';
import { lockStockRow } from '../stock/stock-repository.ts';
import { changeHoldings, lockHolding } from './holdings.ts';
import { readUnits } from './order-rows.ts';

/** What has to be known of a product before units of it are reacquired. */
export interface ReacquireTerms {
  readonly purchaseLimit: number | null;
  /** Units of reservations whose orders are being written. */
  readonly reserved: number;
}

/**
 * Reacquires the units of an order that has returned them: all of them, or none. The purchase limit and the stock guard hold as for
 * a purchase.
 *
 * @param terms by product; one that is missing is not sold any more
 * @returns the movements for Redis; null when there are not enough units; then nothing was written
 */
export async function reacquireUnits(
  connection: PoolConnection,
  order: { readonly id: string; readonly userId: string },
  terms: ReadonlyMap<string, ReacquireTerms>,
): Promise<StockMovement[] | null> {
  const units = await readUnits(connection, [order]);
  for (const one of units) {
    const limit = terms.get(one.productId)?.purchaseLimit;
    if (limit === undefined) return null;
    const held = await lockHolding(connection, one);
    if (limit !== null && held + one.quantity > limit) return null;
  }
  const movements: StockMovement[] = [];
  for (const one of units) {
    const row = await lockStockRow(connection, one.productId);
    const { reserved } = terms.get(one.productId)!;
    if (!row || row.sold + reserved + one.quantity > row.total) return null;
    movements.push({ ...one, id: uuidv7(), kind: 'GIVE_BACK', quantity: -one.quantity, epoch: row.epoch });
  }

  await changeHoldings(connection, units, 1);
  for (const { productId, quantity } of units) {
    await connection.query('UPDATE stock SET sold = sold + ? WHERE product_id = ?', [
      quantity,
      uuidToBytes(productId),
    ]);
  }
  await insertMovements(connection, movements);
  return movements;
}
