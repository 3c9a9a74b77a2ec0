import type { Connection, Pool, PoolConnection, RowDataPacket } from 'mysql2/promise';
import { isLeftOut } from '../../../platform/lifecycle/fault-point.ts';
import { bytesToUuid, uuidToBytes } from '../../../platform/uuid.ts';

/** MySQL's side of stock: the row that owns the promise never to oversell. */
export interface StockRow {
  readonly productId: string;
  readonly total: number;
  readonly sold: number;
  readonly epoch: number;
}

/** By which `FAULT_POINT` names what keeps stock from being oversold, here and in the script. */
export const STOCK_GUARD = 'stock-guard';

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
    `UPDATE stock SET sold = sold + ? WHERE product_id = ? AND epoch = ? ${ifEnoughAreLeft()}`,
    [units, uuidToBytes(productId), epoch, units],
  );
  return (result as { affectedRows: number }).affectedRows === 1;
}

/** The guard that a test may leave out: what is then oversold, the load test must tell. */
const ifEnoughAreLeft = () => (isLeftOut(STOCK_GUARD) ? '' : 'AND sold + ? <= total');

/**
 * Makes every batch of an earlier epoch fail.
 *
 * @param shown the epoch that Redis is at: later than MySQL's where MySQL has become older than it was. None is used twice.
 * @returns the row as a rebuild finds it, locked to the end of the transaction; null when there is none
 */
export async function beginEpoch(
  connection: PoolConnection,
  productId: string,
  shown: number,
): Promise<StockRow | null> {
  await connection.query('UPDATE stock SET epoch = GREATEST(epoch, ?) + 1 WHERE product_id = ?', [
    shown,
    uuidToBytes(productId),
  ]);
  return lockStockRow(connection, productId);
}

/** Bare, since there may be millions of them. */
export type HeldByUser = readonly [userId: Buffer, held: number];

const HOLDINGS_PER_SLICE = 10_000;

/**
 * How many units each user holds of a product, leaving out those that hold none, in slices of bounded size. As a whole they are
 * what `sold` is made of only while the same transaction has the stock row locked: whoever changes a holding has that lock
 * at COMMIT.
 */
export async function* readHoldings(
  connection: PoolConnection,
  productId: string,
): AsyncGenerator<HeldByUser[]> {
  let last: Buffer = Buffer.alloc(0);
  for (let length = HOLDINGS_PER_SLICE; length === HOLDINGS_PER_SLICE;) {
    const sql =
      'SELECT user_id, held FROM holding WHERE product_id = ? AND user_id > ? AND held > 0 ORDER BY user_id LIMIT ?';
    const [rows] = await connection.query<(RowDataPacket & HeldByUser)[]>({ sql, rowsAsArray: true }, [
      uuidToBytes(productId),
      last,
      HOLDINGS_PER_SLICE,
    ]);
    length = rows.length;
    if (length === 0) return;
    last = rows[length - 1]![0];
    yield rows;
  }
}
