import type { PoolConnection } from 'mysql2/promise';

/**
 * Deletes rows by the first column of the primary key. By the key in any case: in a small table the servers would scan every
 * row, and so wait for each other's locks.
 */
export async function deleteByKey(
  connection: PoolConnection,
  table: string,
  column: string,
  ids: readonly Buffer[],
): Promise<void> {
  await connection.query(`DELETE t FROM ${table} t FORCE INDEX (PRIMARY) WHERE t.${column} IN (?)`, [ids]);
}
