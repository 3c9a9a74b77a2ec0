import type { Connection, Pool, PoolConnection, RowDataPacket } from 'mysql2/promise';
import { isLeftOut } from '../../../platform/lifecycle/failpoint.ts';
import {
  runStatement,
  runTogether,
  type Statement,
  type StatementResult,
} from '../../../platform/mysql/statements.ts';
import { bytesToUuid, hexOfUuid, uuidToBytes } from '../../../platform/uuid.ts';
import { nextEpoch } from './next-epoch.ts';

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

/** A row, and how many movements of the product are not marked as applied, at the same moment. */
export interface AuditedRow extends StockRow {
  readonly pending: number;
}

/** @returns the rows that there are, by product id; all as they were at one moment */
export async function readAuditedRows(
  pool: Pool,
  productIds: readonly string[],
): Promise<Map<string, AuditedRow>> {
  if (productIds.length === 0) return new Map();
  // One statement, so the rows and the movements are of one snapshot.
  const [records] = await pool.query<(StockRecord & { pending: number })[]>(
    `SELECT s.product_id, s.total, s.sold, s.epoch, COALESCE(m.pending, 0) AS pending FROM stock s LEFT JOIN
       (SELECT product_id, COUNT(*) AS pending FROM stock_movement WHERE applied_at IS NULL GROUP BY product_id) m
       ON m.product_id = s.product_id
     WHERE s.product_id IN (?)`,
    [productIds.map(uuidToBytes)],
  );
  return new Map(
    records.map((record) => [
      bytesToUuid(record.product_id),
      { ...toRow(record), pending: Number(record.pending) },
    ]),
  );
}

/** @returns the first products behind the given one, in the order of their ids */
export async function readProductsAfter(
  pool: Pool,
  productId: string | null,
  limit: number,
): Promise<string[]> {
  const sql = 'SELECT product_id FROM stock WHERE product_id > ? ORDER BY product_id LIMIT ?';
  const after = productId === null ? Buffer.alloc(0) : uuidToBytes(productId);
  const [rows] = await pool.query<(RowDataPacket & [Buffer])[]>({ sql, rowsAsArray: true }, [after, limit]);
  return rows.map(([id]) => bytesToUuid(id));
}

const EPOCHS_PER_STATEMENT = 1_000;

/** @returns the epoch of each product that has a row */
export async function readEpochs(pool: Pool, productIds: readonly string[]): Promise<Map<string, number>> {
  const epochs = new Map<string, number>();
  for (let start = 0; start < productIds.length; start += EPOCHS_PER_STATEMENT) {
    const ids = productIds.slice(start, start + EPOCHS_PER_STATEMENT).map(uuidToBytes);
    const sql = 'SELECT product_id, epoch FROM stock WHERE product_id IN (?)';
    const [rows] = await pool.query<(RowDataPacket & [Buffer, number])[]>({ sql, rowsAsArray: true }, [ids]);
    for (const [productId, epoch] of rows) epochs.set(bytesToUuid(productId), epoch);
  }
  return epochs;
}

/** Reads the row under its lock, which is held to the end of the transaction. */
export async function lockStockRow(connection: PoolConnection, productId: string): Promise<StockRow | null> {
  const [[record]] = await connection.query<StockRecord[]>(
    `SELECT ${COLUMNS} FROM stock WHERE product_id = ? FOR UPDATE`,
    [uuidToBytes(productId)],
  );
  return record ? toRow(record) : null;
}

/** Units of one product that a transaction takes. */
export interface StockTake {
  readonly productId: string;
  readonly epoch: number;
  readonly units: number;
}

/**
 * Takes units of several products in one statement, which locks the rows in the order of `takes`, so that no lock is held for the round
 * trips of the others. It matches fewer rows than there are takes when a row is at another epoch, or has not so many left; then the
 * transaction has to be rolled back.
 */
export const unitsUpdate = (takes: readonly StockTake[]): Statement =>
  takes.length === 1
    ? { sql: TAKE_ONE + ifEnoughAreLeft('stock.sold + ? <= stock.total'), values: oneTake(takes[0]!) }
    : {
        sql: TAKE_MANY + ifEnoughAreLeft('stock.sold + takes.units <= stock.total'),
        values: [
          JSON.stringify(takes.map(({ productId, epoch, units }) => [hexOfUuid(productId), epoch, units])),
        ],
      };

const TAKE_ONE = 'UPDATE stock SET sold = sold + ? WHERE product_id = ? AND epoch = ?';

/** The one form of a table of values that MySQL and MariaDB share and plan as a look-up of each row by its key. */
const TAKE_MANY = `UPDATE
  JSON_TABLE(?, '$[*]' COLUMNS (id CHAR(32) PATH '$[0]', epoch INT PATH '$[1]', units INT PATH '$[2]')) AS takes
  STRAIGHT_JOIN stock ON stock.product_id = UNHEX(takes.id)
  SET stock.sold = stock.sold + takes.units
  WHERE stock.epoch = takes.epoch`;

const oneTake = ({ productId, epoch, units }: StockTake) => [units, uuidToBytes(productId), epoch, units];

/** The guard that a test may leave out: the load test has to notice what is then oversold. */
const ifEnoughAreLeft = (condition: string) => (isLeftOut(STOCK_GUARD) ? '' : ` AND ${condition}`);

/**
 * Locks stock rows to the end of the transaction, without waiting for any.
 *
 * @returns the products whose rows another transaction has locked
 */
export async function lockFreeStockRows(
  connection: Connection,
  productIds: readonly string[],
): Promise<Set<string>> {
  const free = idsIn(await runStatement(connection, lockFree(productIds)));
  const others = productIds.filter((productId) => !free.has(productId));
  return new Set((await readStockRows(connection, others)).keys());
}

const lockFree = (productIds: readonly string[]): Statement => ({
  sql: 'SELECT product_id FROM stock FORCE INDEX (PRIMARY) WHERE product_id IN (?) FOR UPDATE SKIP LOCKED',
  values: [productIds.map(uuidToBytes)],
});

const idsIn = (rows: StatementResult | undefined): Set<string> =>
  new Set((rows as readonly { readonly product_id: Buffer }[]).map((row) => bytesToUuid(row.product_id)));

/**
 * In one round trip, so that a process that freezes leaves nothing locked.
 *
 * @param connection with no transaction open, and with `multipleStatements`
 * @returns the products whose rows another transaction has locked at this moment
 */
export async function findLockedStockRows(
  connection: Connection,
  productIds: readonly string[],
): Promise<Set<string>> {
  const lock = lockFree(productIds);
  const read: Statement = {
    sql: 'SELECT product_id FROM stock WHERE product_id IN (?)',
    values: [productIds.map(uuidToBytes)],
  };
  const results = await runTogether(connection, [lock, read, { sql: 'ROLLBACK' }]);
  const free = idsIn(results.get(lock));
  return new Set([...idsIn(results.get(read))].filter((productId) => !free.has(productId)));
}

/**
 * Makes every batch of an earlier epoch fail.
 *
 * @param shown the epoch that Redis is at, 0 for none; see `nextEpoch`
 * @returns the row as a rebuild finds it, at its new epoch, locked to the end of the transaction; null when there is none
 */
export async function beginEpoch(
  connection: PoolConnection,
  productId: string,
  shown: number,
): Promise<StockRow | null> {
  const row = await lockStockRow(connection, productId);
  if (!row) return null;
  const epoch = nextEpoch(row.epoch, shown);
  const id = uuidToBytes(productId);
  await connection.query('UPDATE stock SET epoch = ? WHERE product_id = ?', [epoch, id]);
  if (epoch < row.epoch) {
    // Later epochs have counted what was stamped with an earlier one.
    await connection.query(
      'UPDATE stock_movement SET epoch = 0 WHERE product_id = ? AND applied_at IS NULL',
      [id],
    );
  }
  return { ...row, epoch };
}

/** Bare, since there may be millions of them. */
export type HeldByUser = readonly [userId: Buffer, held: number];

const HOLDINGS_PER_SLICE = 10_000;

/**
 * How many units each user holds of a product, leaving out those that hold none, in slices of bounded size. As a whole they are
 * what `sold` is made of only while the same transaction has the stock row locked: a transaction that changes a holding has that lock
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
