import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { createConnection } from 'mysql2/promise';
import { afterAll, inject } from 'vitest';

/** Stores of one test file: databases and a key prefix that no other file uses, gone when the file is done. */
export interface TestStores {
  /** Its path names this file's databases: `<path>_user`, `<path>_product`, `<path>_order`. */
  readonly mysqlUrl: string;
  readonly redisUrl: string;
  readonly redisPrefix: string;
}

/** Call at the top of a test file or a `describe`. */
export function useStores(): TestStores {
  const name = `t${randomBytes(5).toString('hex')}`;
  const mysqlUrl = new URL(inject('mysqlUrl'));
  mysqlUrl.pathname = `/${name}`;
  const stores = { mysqlUrl: mysqlUrl.href, redisUrl: inject('redisUrl'), redisPrefix: `${name}:` };

  afterAll(async () => {
    await dropDatabases(stores.mysqlUrl, name);
    await dropKeys(stores.redisUrl, stores.redisPrefix);
  });
  return stores;
}

async function dropDatabases(url: string, name: string): Promise<void> {
  const server = new URL(url);
  server.pathname = '/';
  const connection = await createConnection(server.href);
  for (const room of ['user', 'product', 'order'])
    await connection.query(`DROP DATABASE IF EXISTS ${name}_${room}`);
  await connection.end();
}

async function dropKeys(url: string, prefix: string): Promise<void> {
  const redis = new Redis(url);
  for await (const keys of redis.scanStream({ match: `${prefix}*`, count: 1_000 })) {
    if ((keys as string[]).length > 0) await redis.unlink(keys as string[]);
  }
  await redis.quit();
}
