import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { expect, inject, it } from 'vitest';
import { useStores } from '../../tests/harness/stores.ts';
import { waitUntil } from '../../tests/harness/wait-until.ts';
import { ConfigurationError } from '../config/environment.ts';
import { createLogger } from '../logger.ts';
import { UnfitStore } from '../store-condition.ts';
import { openDatabase } from './database.ts';

const stores = useStores();

it.each([1, 3])('the sessions of an idle pool of %i are closed from this side', async (poolSize) => {
  const database = await openDatabase({
    url: stores.mysqlUrl,
    subgraph: 'order',
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
    const longTimeout = 'SET SESSION wait_timeout = 600';
    const all = Array.from({ length: poolSize }, () => [
      database.pool.query(longTimeout),
      database.orm.query(longTimeout),
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

it('an account that may not make databases opens the one that is there, and learns which is missing', async () => {
  const server = await createConnection(inject('mysqlUrl'));
  const base = new URL(stores.mysqlUrl).pathname.slice(1);
  const account = `'${base}'@'%'`;
  const own = Object.assign(new URL(stores.mysqlUrl), { username: base, password: 'of-this-test' }).href;
  const open = () =>
    openDatabase({
      url: own,
      subgraph: 'narrow',
      entities: [],
      migrations: [],
      poolSize: 2,
      queueLimit: 10,
      logger: createLogger('test', 'silent'),
    });
  try {
    await server.query(`CREATE USER ${account} IDENTIFIED BY 'of-this-test'`);
    await expect(open()).rejects.toThrow(ConfigurationError);
    await expect(open()).rejects.toThrow(`The database ${base}_narrow is missing`);

    await server.query(`CREATE DATABASE ${base}_narrow`);
    await server.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON \`${base}\\_narrow\`.* TO ${account}`);
    const database = await open();
    await database.ping();
    await database.close();
  } finally {
    await server.query(`DROP DATABASE IF EXISTS ${base}_narrow`);
    await server.query(`DROP USER ${account}`);
    await server.end();
  }
});

class MakeNothing1700000000000 {
  async up(): Promise<void> {}
  async down(): Promise<void> {}
}

it('an account that lacks a right learns at the start which', async () => {
  const server = await createConnection(inject('mysqlUrl'));
  const base = new URL(stores.mysqlUrl).pathname.slice(1);
  const account = `'${base}w'@'%'`;
  const own = Object.assign(new URL(stores.mysqlUrl), {
    username: `${base}w`,
    password: 'of-this-test',
  }).href;
  const open = () =>
    openDatabase({
      url: own,
      subgraph: 'rights',
      entities: [],
      migrations: [MakeNothing1700000000000],
      poolSize: 2,
      queueLimit: 10,
      logger: createLogger('test', 'silent'),
    });
  try {
    await server.query(`CREATE DATABASE ${base}_rights`);
    await server.query(`CREATE USER ${account} IDENTIFIED BY 'of-this-test'`);
    await server.query(`GRANT ALL ON \`${base}\\_rights\`.* TO ${account}`);
    await (await open()).close();
    await server.query(`REVOKE UPDATE, DELETE ON \`${base}\\_rights\`.* FROM ${account}`);
    await expect(open()).rejects.toThrow(
      new UnfitStore(`The MySQL account has no right to UPDATE, DELETE in the database ${base}_rights.`),
    );
  } finally {
    await server.query(`DROP DATABASE IF EXISTS ${base}_rights`);
    await server.query(`DROP USER ${account}`);
    await server.end();
  }
});
