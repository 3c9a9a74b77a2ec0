import { randomBytes } from 'node:crypto';
import type { RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useOwnMysql } from '../../tests/harness/own-mysql.ts';
import { useStores, withAccountOf } from '../../tests/harness/stores.ts';
import { waitUntil } from '../../tests/harness/wait-until.ts';
import { createLogger } from '../logger.ts';
import { openDatabase, openPool, type Database } from './database.ts';
import { databaseName } from './connection-options.ts';
import { inTransaction } from './transaction.ts';

const { mysql, stores } = useOwnMysql(useStores());
const POOL_SIZE = 3;
let database: Database;
let further: ReturnType<typeof openPool>;

beforeAll(async () => {
  const url = withAccountOf(stores.accounts?.mysql?.order, stores.mysqlUrl);
  const base = new URL(url).pathname.slice(1);
  await mysql.query(`CREATE DATABASE ${base}_order`);
  const options = { url, poolSize: POOL_SIZE, queueLimit: 100 };
  database = await openDatabase({
    ...options,
    subgraph: 'order',
    entities: [],
    migrations: [],
    logger: createLogger('test', 'silent'),
  });
  further = openPool({ ...options, guard: database.guard }, databaseName(url, 'order'));
  await database.pool.query('CREATE TABLE note (text VARCHAR(40))');
});

afterAll(async () => {
  await further.end();
  await database.close();
});

beforeEach(() => mysql.query('SET GLOBAL read_only = 0'));

const WRITE = "INSERT INTO note VALUES ('written')";
/** A function for each library and each way in which statements are sent. */
const WRITES: Record<string, () => Promise<unknown>> = {
  'a statement of mysql2': () => database.pool.query(WRITE),
  'a prepared statement of mysql2': () => database.pool.execute(WRITE),
  'a transaction of mysql2': () => inTransaction(database.pool, (connection) => connection.query(WRITE)),
  'a statement of TypeORM': () => database.orm.query(WRITE),
  'a transaction of TypeORM': () => database.orm.transaction((manager) => manager.query(WRITE)),
};

/** Uses every session of every pool. @returns their numbers at the server */
const sessions = (): Promise<Set<number>> =>
  waitUntil('every session to be in use at once', useSessions, ({ size }) => size === 3 * POOL_SIZE);

/** @returns fewer where one session was free again before all statements were sent */
async function useSessions(): Promise<Set<number>> {
  const id = 'SELECT CONNECTION_ID() AS id, SLEEP(0.05)';
  const idOf = (rows: unknown) => Number((rows as RowDataPacket[])[0]!['id']);
  const all = Array.from({ length: POOL_SIZE }, () => [
    database.pool.query(id).then(([rows]) => idOf(rows)),
    further.query(id).then(([rows]) => idOf(rows)),
    database.orm.query(id).then(idOf),
  ]);
  return new Set(await Promise.all(all.flat()));
}

describe('a server that has become read only', () => {
  it.each(Object.keys(WRITES))('loses every session of every pool by %s', async (what) => {
    const before = await sessions();
    expect(before.size).toBe(3 * POOL_SIZE);
    await mysql.query('SET GLOBAL read_only = 1');
    await expect(WRITES[what]!()).rejects.toMatchObject({ errno: 1290 });
    await mysql.query('SET GLOBAL read_only = 0');
    // Sweeps are a second apart.
    const after = await waitUntil('other sessions', sessions, (now) =>
      [...now].every((id) => !before.has(id)),
    );
    expect(after.size).toBe(3 * POOL_SIZE);
    await WRITES[what]!();
  });

  it('is not ready, loses its sessions though nothing is written, and is ready again soon after', async () => {
    const before = await sessions();
    await mysql.query('SET GLOBAL read_only = 1');
    await waitUntil('it not to be ready', () =>
      database.ping().then(
        () => false,
        () => true,
      ),
    );
    await mysql.query('SET GLOBAL read_only = 0');
    await waitUntil(
      'it to be ready',
      () =>
        database.ping().then(
          () => true,
          () => false,
        ),
      Boolean,
      10_000,
    );
    await waitUntil('other sessions', sessions, (now) => [...now].every((id) => !before.has(id)));
  });

  it('does not end a session that is in use before it is given back', async () => {
    const connection = await database.pool.getConnection();
    await connection.query('START TRANSACTION READ ONLY');
    await mysql.query('SET GLOBAL read_only = 1');
    await expect(database.orm.query(WRITE)).rejects.toMatchObject({ errno: 1290 });
    const [[row]] = await connection.query<RowDataPacket[]>('SELECT CONNECTION_ID() AS id');
    connection.release();
    await mysql.query('SET GLOBAL read_only = 0');
    await waitUntil('another session', sessions, (now) => !now.has(Number(row!['id'])));
  });
});

it('keeps sessions whose statements fail for another reason', async () => {
  const before = await sessions();
  const name = randomBytes(4).toString('hex');
  await expect(database.pool.query(`SELECT * FROM none_${name}`)).rejects.toMatchObject({ errno: 1146 });
  await expect(database.orm.query(`SELECT * FROM none_${name}`)).rejects.toMatchObject({ errno: 1146 });
  expect(await sessions()).toEqual(before);
});
