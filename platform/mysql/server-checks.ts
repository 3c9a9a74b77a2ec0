import type { Connection, RowDataPacket } from 'mysql2/promise';
import { ConfigurationError } from '../config/environment.ts';

/**
 * "Yes" is said after COMMIT, so COMMIT must mean that the order survives a crash of the server.
 *
 * @throws {ConfigurationError} naming each setting of the server under which it would not
 */
export async function assertSafeServer(connection: Connection): Promise<void> {
  const [rows] = await connection.query<(RowDataPacket & { Variable_name: string; Value: string })[]>(
    `SHOW GLOBAL VARIABLES WHERE Variable_name IN
     ('innodb_flush_log_at_trx_commit', 'log_bin', 'sync_binlog', 'read_only')`,
  );
  const setting = Object.fromEntries(rows.map((row) => [row.Variable_name, row.Value]));
  const problems: string[] = [];
  if (setting['innodb_flush_log_at_trx_commit'] !== '1')
    problems.push('innodb_flush_log_at_trx_commit must be 1');
  if (setting['log_bin'] === 'ON' && setting['sync_binlog'] !== '1')
    problems.push('sync_binlog must be 1 while log_bin is on');
  if (setting['read_only'] === 'ON') problems.push('read_only must be off');
  if (problems.length > 0) {
    throw new ConfigurationError(
      `The MySQL server would lose or refuse confirmed orders: ${problems.join('; ')}.`,
    );
  }
}
