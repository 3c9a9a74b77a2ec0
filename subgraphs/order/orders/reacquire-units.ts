import type { PoolConnection, RowDataPacket } from 'mysql2/promise';
import { v7 as uuidv7 } from 'uuid';
import { uuidToBytes } from '../../../platform/uuid.ts';
import { insertMovements, type StockMovement } from '../stock/stock-movements.ts';
import { lockStockRow } from '../stock/stock-repository.ts';
import { changeHoldings, readUnits, type OrderUnits } from './return-units.ts';

/** What has to be known of a product before units of it are taken again. */
export interface ReacquireTerms {
  readonly purchaseLimit: number | null;
  /** Units admitted whose order is being written: they are somebody's already. */
  readonly reserved: number;
}

/**
 * Takes the units of an order again that has given them back: all of them, or none. The limit of the buyer holds and so
 * does the stock, as for a purchase; the guards are the same.
 *
 * @param terms by product; one that is missing is not sold any more
 * @returns the movements for Redis; null when the units cannot be had, and then nothing was written
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

async function lockHolding(connection: PoolConnection, { productId, userId }: OrderUnits): Promise<number> {
  const [[row]] = await connection.query<(RowDataPacket & { held: number })[]>(
    'SELECT held FROM holding WHERE product_id = ? AND user_id = ? FOR UPDATE',
    [uuidToBytes(productId), uuidToBytes(userId)],
  );
  return row?.held ?? 0;
}
