import type { Connection, Pool, PoolConnection, RowDataPacket } from 'mysql2/promise';
import { bytesToUuid, uuidToBytes } from '../../../platform/uuid.ts';

/** MySQL's side of stock: the row that owns the promise never to oversell. */
export interface StockRow {
  readonly productId: string;
  readonly total: number;
  readonly sold: number;
  readonly epoch: number;
}

type Reader = Pool | PoolConnection | Connection;

interface StockRecord extends RowDataPacket {
  product_id: Buffer;
  total: number;
  sold: number;
  epoch: number;
}

const COLUMNS = 'product_id, total, sold, epoch';

const toRow = (record: StockRecord): StockRow => ({
  productId: bytesToUuid(record.product_id),
  total: record.total,
  sold: record.sold,
  epoch: record.epoch,
});

/** @returns the rows that there are, by product id */
export async function readStockRows(
  reader: Reader,
  productIds: readonly string[],
): Promise<Map<string, StockRow>> {
  if (productIds.length === 0) return new Map();
  const [records] = await reader.query<StockRecord[]>(
    `SELECT ${COLUMNS} FROM stock WHERE product_id IN (?)`,
    [productIds.map(uuidToBytes)],
  );
  return new Map(records.map(toRow).map((row) => [row.productId, row]));
}

/** Reads the row under its lock, which is held to the end of the transaction. */
export async function lockStockRow(connection: PoolConnection, productId: string): Promise<StockRow | null> {
  const [[record]] = await connection.query<StockRecord[]>(
    `SELECT ${COLUMNS} FROM stock WHERE product_id = ? FOR UPDATE`,
    [uuidToBytes(productId)],
  );
  return record ? toRow(record) : null;
}

/** @returns false when the row is at another epoch, or has not so many left */
export async function sell(
  connection: Connection,
  productId: string,
  epoch: number,
  units: number,
): Promise<boolean> {
  const [result] = await connection.query(
    'UPDATE stock SET sold = sold + ? WHERE product_id = ? AND epoch = ? AND sold + ? <= total',
    [units, uuidToBytes(productId), epoch, units],
  );
  return (result as { affectedRows: number }).affectedRows === 1;
}

/** Makes every batch of an earlier epoch fail. @returns the row as a rebuild finds it; null when there is none */
export async function beginEpoch(connection: PoolConnection, productId: string): Promise<StockRow | null> {
  await connection.query('UPDATE stock SET epoch = epoch + 1 WHERE product_id = ?', [uuidToBytes(productId)]);
  return lockStockRow(connection, productId);
}

/** @returns how many units each user holds of a product, leaving out those that hold none */
export async function readHoldings(
  reader: Reader,
  productId: string,
): Promise<{ userId: string; held: number }[]> {
  const [records] = await reader.query<(RowDataPacket & { user_id: Buffer; held: number })[]>(
    'SELECT user_id, held FROM holding WHERE product_id = ? AND held > 0',
    [uuidToBytes(productId)],
  );
  return records.map((record) => ({ userId: bytesToUuid(record.user_id), held: record.held }));
}
