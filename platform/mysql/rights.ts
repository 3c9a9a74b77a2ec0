import type { Pool, PoolConnection, RowDataPacket } from 'mysql2/promise';
import { UnfitStore } from '../store-condition.ts';
import { isRetryableLockError, isRightMissing } from './errors.ts';

/** Changes nothing, and needs the right that it names. The table is the one that migrations keep their list in. */
const PROBES: Readonly<Record<string, string>> = {
  SELECT: 'SELECT id FROM migration WHERE FALSE',
  INSERT: 'INSERT INTO migration (timestamp, name) SELECT timestamp, name FROM migration WHERE FALSE',
  UPDATE: 'UPDATE migration SET name = name WHERE FALSE',
  DELETE: 'DELETE FROM migration WHERE FALSE',
};

const TABLES = `SELECT TABLE_NAME AS name FROM information_schema.TABLES
  WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'BASE TABLE'`;

/** How long a statement may wait for a lock of the table, or of the whole server (FLUSH TABLES WITH READ LOCK), in seconds. */
const LOCK_WAIT_S = 1;

/**
 * Statements that touch no row, at the start and whenever readiness is checked: rights change, and a server that responds may take no
 * writes, in any of its tables or in one (LOCK TABLES, an ALTER TABLE that waits).
 *
 * @throws {UnfitStore} naming what the account may not do, or that the server is locked
 */
export async function assertRights(pool: Pool, database: string): Promise<void> {
  const session = await pool.getConnection();
  try {
    await session.query(`SET SESSION lock_wait_timeout = ${LOCK_WAIT_S}`);
    const missing = await missingRights(session);
    if (missing.length > 0)
      throw new UnfitStore(
        `The MySQL account has no right to ${missing.join(', ')} in the database ${database}.`,
      );
    await assertNoTableIsLocked(session);
    await session.query('SET SESSION lock_wait_timeout = DEFAULT');
    session.release();
  } catch (error) {
    // A session may keep the rights that it began with.
    session.destroy();
    if (isRetryableLockError(error))
      throw new UnfitStore('The MySQL server takes no writes: its tables are locked.');
    throw error;
  }
}

async function missingRights(session: PoolConnection): Promise<string[]> {
  const missing: string[] = [];
  for (const [right, statement] of Object.entries(PROBES)) {
    try {
      await session.query(statement);
    } catch (error) {
      if (!isRightMissing(error)) throw error;
      missing.push(right);
    }
  }
  return missing;
}

async function assertNoTableIsLocked(session: PoolConnection): Promise<void> {
  const [tables] = await session.query<(RowDataPacket & { name: string })[]>(TABLES);
  await session.query('SELECT 1 FROM ?? WHERE FALSE FOR UPDATE', [tables.map(({ name }) => name)]);
}
