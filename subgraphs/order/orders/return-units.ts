import type { PoolConnection } from 'mysql2/promise';
import { v7 as uuidv7 } from 'uuid';
import { uuidToBytes } from '../../../platform/uuid.ts';
import { insertMovements, type StockMovement } from '../stock/stock-movements.ts';
import { lockStockRow } from '../stock/stock-repository.ts';
import { changeHoldings } from './holdings.ts';
import { readUnits } from './order-rows.ts';

/**
 * Returns the units of orders to stock, in the transaction in which they cease to hold. Rows by key, and the stock rows last, since
 * every purchase waits for them. Each movement is stamped with the epoch that the stock row has under its lock: a rebuild
 * either comes later and counts it, or came before and its numbers still lack it.
 *
 * @returns the movements, which are not in Redis's numbers yet
 */
export async function returnUnits(
  connection: PoolConnection,
  orders: readonly { readonly id: string; readonly userId: string }[],
): Promise<StockMovement[]> {
  const units = await readUnits(connection, orders);
  await changeHoldings(connection, units, -1);

  const movements: StockMovement[] = [];
  for (const productId of [...new Set(units.map((one) => one.productId))].sort()) {
    const ofProduct = units.filter((one) => one.productId === productId);
    const returned = ofProduct.reduce((sum, { quantity }) => sum + quantity, 0);
    await connection.query('UPDATE stock SET sold = sold - ? WHERE product_id = ?', [
      returned,
      uuidToBytes(productId),
    ]);
    const { epoch } = (await lockStockRow(connection, productId))!;
    for (const one of ofProduct) movements.push({ ...one, id: uuidv7(), kind: 'GIVE_BACK', epoch });
  }
  await insertMovements(connection, movements);
  return movements;
}
