import { createConnection, type Connection } from 'mysql2/promise';
import { uuidToBytes } from '../../../platform/uuid.ts';

/** Locks the stock row of a product. @returns the session that holds the lock until it ends */
export async function lockStock(url: string, productId: string): Promise<Connection> {
  const holder = await createConnection(url);
  await holder.query('START TRANSACTION');
  await holder.query('SELECT * FROM firstcome_order.stock WHERE product_id = ? FOR UPDATE', [
    uuidToBytes(productId),
  ]);
  return holder;
}
