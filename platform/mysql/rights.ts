import type { Pool } from 'mysql2/promise';
import { UnfitStore } from '../store-condition.ts';
import { isRightMissing } from './errors.ts';

/** Changes nothing, and needs the right that it names. The table is the one that migrations keep their list in. */
const PROBES: Readonly<Record<string, string>> = {
  SELECT: 'SELECT id FROM migration WHERE FALSE',
  INSERT: 'INSERT INTO migration (timestamp, name) SELECT timestamp, name FROM migration WHERE FALSE',
  UPDATE: 'UPDATE migration SET name = name WHERE FALSE',
  DELETE: 'DELETE FROM migration WHERE FALSE',
};

/** Once, at the start: four statements that touch no row. @throws {UnfitStore} naming what the account may not do */
export async function assertRights(pool: Pool, database: string): Promise<void> {
  const missing: string[] = [];
  for (const [right, statement] of Object.entries(PROBES)) {
    try {
      await pool.query(statement);
    } catch (error) {
      if (!isRightMissing(error)) throw error;
      missing.push(right);
    }
  }
  if (missing.length > 0)
    throw new UnfitStore(
      `The MySQL account has no right to ${missing.join(', ')} in the database ${database}.`,
    );
}
