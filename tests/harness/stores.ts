import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { createConnection } from 'mysql2/promise';
import { afterAll, inject } from 'vitest';
import type { RunningMysql } from '../../scripts/stores/start-mysql.ts';
import type { RunningRedis } from '../../scripts/stores/start-redis.ts';

/** Stores of one test file: databases and a key prefix that no other file uses, gone when the file is done. */
export interface TestStores {
  /** Its path names this file's databases: `<path>_user`, `<path>_product`, `<path>_order`. */
  readonly mysqlUrl: string;
  readonly redisUrl: string;
  readonly redisPrefix: string;
  /** URLs whose accounts have the rights of one service each, for its processes; absent where the stores were given. */
  readonly accounts?: {
    readonly mysql?: RunningMysql['urls'] | undefined;
    readonly redis?: RunningRedis['urls'] | undefined;
  };
}

/** `t` and ten digits of hex. As patterns, of which `?` stands for one character in Redis and `_` in MySQL. */
const randomName = (): string => `t${randomBytes(5).toString('hex')}`;
export const REDIS_PREFIX_PATTERN = `t${'?'.repeat(10)}:`;
export const mysqlDatabasePattern = (service: string): string => `t${'_'.repeat(10)}\\_${service}`;

/** @returns the URL with the account of the other one */
export function withAccountOf(account: string | undefined, url: string): string {
  if (account === undefined) return url;
  const { username, password } = new URL(account);
  return Object.assign(new URL(url), { username, password }).href;
}

/** Call at the top of a test file or a `describe`. */
export function useStores(): TestStores {
  const name = randomName();
  const mysqlUrl = new URL(inject('mysqlUrl'));
  mysqlUrl.pathname = `/${name}`;
  const stores = {
    mysqlUrl: mysqlUrl.href,
    redisUrl: inject('redisUrl'),
    redisPrefix: `${name}:`,
    accounts: { mysql: inject('mysqlUrls'), redis: inject('redisUrls') },
  };

  afterAll(async () => {
    await dropDatabases(stores.mysqlUrl, name);
    await dropKeys(stores.redisUrl, stores.redisPrefix);
  });
  return stores;
}

interface OtherStores {
  readonly mysqlUrl?: () => string;
  readonly redisUrl?: () => string;
  readonly accounts?: () => TestStores['accounts'];
}

/** The stores of a test file, some of them on other servers. All is read when it is needed: a server has a port once it has started. */
export function withOther(stores: TestStores, other: OtherStores): TestStores {
  return {
    redisPrefix: stores.redisPrefix,
    get mysqlUrl() {
      return other.mysqlUrl ? other.mysqlUrl() : stores.mysqlUrl;
    },
    get redisUrl() {
      return other.redisUrl ? other.redisUrl() : stores.redisUrl;
    },
    get accounts() {
      return other.accounts ? other.accounts() : stores.accounts;
    },
  } as TestStores;
}

async function dropDatabases(url: string, name: string): Promise<void> {
  const server = new URL(url);
  server.pathname = '/';
  const connection = await createConnection(server.href);
  for (const subgraph of ['user', 'product', 'order'])
    await connection.query(`DROP DATABASE IF EXISTS ${name}_${subgraph}`);
  await connection.end();
}

async function dropKeys(url: string, prefix: string): Promise<void> {
  const redis = new Redis(url);
  for await (const keys of redis.scanStream({ match: `${prefix}*`, count: 1_000 })) {
    if ((keys as string[]).length > 0) await redis.unlink(keys as string[]);
  }
  await redis.quit();
}
