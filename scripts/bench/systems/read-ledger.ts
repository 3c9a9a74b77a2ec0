import type { Connection, RowDataPacket } from 'mysql2/promise';
import type { Ledger } from './system.ts';

/**
 * Over all products: what is read before a run is taken off what is read after it.
 *
 * @param database with a table `stock`
 * @param orders how its rows of orders are counted, behind SELECT and before FROM, and their table
 */
export async function readLedger(
  mysql: Connection,
  database: string,
  [count, table]: readonly [count: string, table: string],
): Promise<Ledger> {
  const [[[stock]], [[orders]]] = await Promise.all([
    mysql.query<RowDataPacket[]>(`SELECT SUM(total) AS units, SUM(sold) AS sold FROM ${database}.stock`),
    mysql.query<RowDataPacket[]>(`SELECT ${count} AS count FROM ${database}.${table}`),
  ]);
  return {
    units: Number(stock?.['units'] ?? 0),
    decrement: Number(stock?.['sold'] ?? 0),
    rows: Number(orders?.['count'] ?? 0),
  };
}
