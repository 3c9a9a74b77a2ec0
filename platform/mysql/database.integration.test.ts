import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { expect, it } from 'vitest';
import { useStores } from '../../tests/harness/stores.ts';
import { waitUntil } from '../../tests/harness/wait-until.ts';
import { createLogger } from '../logger.ts';
import { openDatabase } from './database.ts';

const stores = useStores();

it.each([1, 3])('the sessions of an idle pool of %i are closed from this side', async (poolSize) => {
  const database = await openDatabase({
    url: stores.mysqlUrl,
    room: 'order',
    entities: [],
    migrations: [],
    poolSize,
    queueLimit: 10,
    logger: createLogger('test', 'silent'),
  });
  const server = await createConnection(stores.mysqlUrl.replace(/\/\w+$/, ''));
  const sessions = async () => {
    const [rows] = await server.query<RowDataPacket[]>(
      'SELECT id FROM information_schema.processlist WHERE db = ?',
      [`${new URL(stores.mysqlUrl).pathname.slice(1)}_order`],
    );
    return rows.length;
  };
  try {
    // The server would not end them.
    const patient = 'SET SESSION wait_timeout = 600';
    const all = Array.from({ length: poolSize }, () => [
      database.pool.query(patient),
      database.orm.query(patient),
    ]);
    await Promise.all(all.flat());
    expect(await sessions()).toBeLessThanOrEqual(2 * poolSize);
    await waitUntil('the sessions to be closed', sessions, (count) => count === 0);
    // And another one is had when it is needed.
    await database.ping();
    expect(await database.orm.query('SELECT 1 AS one')).toMatchObject([
      { one: expect.anything() as unknown },
    ]);
  } finally {
    await server.end();
    await database.close();
  }
});
