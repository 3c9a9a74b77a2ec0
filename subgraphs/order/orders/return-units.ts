import type { PoolConnection, RowDataPacket } from 'mysql2/promise';
import { v7 as uuidv7 } from 'uuid';
import { bytesToUuid, uuidToBytes } from '../../../platform/uuid.ts';
import { insertMovements, type StockMovement } from '../stock/stock-movements.ts';
import { lockStockRow } from '../stock/stock-repository.ts';

/** Units of one product that one order has, or had. */
export interface OrderUnits {
  readonly orderId: string;
  readonly userId: string;
  readonly productId: string;
  readonly quantity: number;
}

/**
 * Gives the units of orders back, in the transaction in which they cease to hold. Rows by key, and the stock rows last, since
 * every buyer waits for them. Each movement is stamped with the epoch that the stock row has under its lock: a rebuild
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

/** What orders consist of, by product and user. */
export async function readUnits(
  connection: PoolConnection,
  orders: readonly { readonly id: string; readonly userId: string }[],
): Promise<OrderUnits[]> {
  const [rows] = await connection.query<
    (RowDataPacket & { order_id: Buffer; product_id: Buffer; quantity: number })[]
  >('SELECT order_id, product_id, quantity FROM order_item WHERE order_id IN (?)', [
    orders.map(({ id }) => uuidToBytes(id)),
  ]);
  const buyers = new Map(orders.map(({ id, userId }) => [id, userId]));
  return rows
    .map((row) => {
      const orderId = bytesToUuid(row.order_id);
      return {
        orderId,
        userId: buyers.get(orderId)!,
        productId: bytesToUuid(row.product_id),
        quantity: row.quantity,
      };
    })
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

/** The rows are there: these orders have counted in them before. */
export async function changeHoldings(
  connection: PoolConnection,
  units: readonly OrderUnits[],
  sign: 1 | -1,
): Promise<void> {
  await connection.query(
    `INSERT INTO holding (product_id, user_id, held) VALUES ?
     ON DUPLICATE KEY UPDATE held = held ${sign === 1 ? '+' : '-'} VALUES(held)`,
    [units.map(({ productId, userId, quantity }) => [uuidToBytes(productId), uuidToBytes(userId), quantity])],
  );
}

const keyOf = ({ productId, userId }: OrderUnits): string => `${productId} ${userId}`;
