import { createConnection, createPool, type Pool } from 'mysql2/promise';
import { DataSource, type EntitySchema, type MigrationInterface } from 'typeorm';
import { ConfigurationError } from '../config/environment.ts';
import { addressOf } from '../config/url-options.ts';
import { waitForStore } from '../lifecycle/wait-for-store.ts';
import type { Logger } from '../logger.ts';
import { StoreCondition } from '../store-condition.ts';
import { isAccountRefused, isConnectionLost, isDatabaseRefused, wasNotConnected } from './errors.ts';
import { firstConnection } from './first-connection.ts';
import { parseMysqlUrl } from './mysql-url.ts';
import { assertRights } from './rights.ts';
import { checkNewSession, checkSession, endWhenUnfit, lookAtServer } from './session-check.ts';
import { SessionGuard, type SessionPool } from './session-guard.ts';
import {
  connectionOptions,
  databaseName,
  endWhenSilent,
  idleLimits,
  prepareSession,
} from './connection-options.ts';

type ClassOf<Instance> = new () => Instance;

export interface DatabaseOptions {
  readonly url: string;
  /** Its name is part of the name of the database. */
  readonly subgraph: string;
  readonly entities: readonly (ClassOf<object> | EntitySchema)[];
  readonly migrations: readonly ClassOf<MigrationInterface>[];
  /** Connections at the most, for each of the two pools. */
  readonly poolSize: number;
  /** How many may wait for a connection before the next one is refused. */
  readonly queueLimit: number;
  /** How long to wait for a server that is not there, in milliseconds; 0, unless given: not at all. */
  readonly waitMs?: number;
  readonly logger: Logger;
}

/** The database of one subgraph, migrated and ready. */
export interface Database {
  /** TypeORM: entities and repositories, where a round trip more does not matter. */
  readonly orm: DataSource;
  /** mysql2: prepared reads and multi-row writes, for the hot path. */
  readonly pool: Pool;
  /** For further pools of the same server. */
  readonly guard: SessionGuard;
  /** What the check of each new session finds; other sessions with the same server report to it as well. */
  readonly condition: StoreCondition;
  /** Rejects when the server does not respond, or has lately refused writes; with `UnfitStore` when it may not be used. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/**
 * @throws {ConfigurationError} when the server cannot keep the promises that are made on it (`server-needs.ts`), the database is
 * missing and the account may not make it, or the account lacks a right
 * @throws {StoreAbsent} when the server is not there in time
 */
export function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { url, waitMs = 0, logger } = options;
  const host = addressOf(parseMysqlUrl(url));
  const awaited = { store: 'MySQL', setting: 'MYSQL_URL', host, waitMs, logger } as const;
  return waitForStore(
    awaited,
    () => openOnce(options),
    (error) => (wasNotConnected(error) || isConnectionLost(error)) && !isAccountRefused(error),
  );
}

async function openOnce(options: DatabaseOptions): Promise<Database> {
  const database = databaseName(options.url, options.subgraph);
  await ensureDatabase(options.url, database);

  const guard = new SessionGuard();
  const condition = new StoreCondition('MySQL', options.logger);
  const pool = openPool({ ...options, guard, condition }, database);
  const orm = await openOrm({ ...options, guard, condition }, database);
  if (options.migrations.length > 0) await assertRights(pool, database);
  /** One at a time: while tables are locked each takes a connection for a second. */
  let probing: Promise<void> | null = null;
  const end = () => (probing = null);
  return {
    orm,
    pool,
    guard,
    condition,
    ping: async () => {
      await checkSession(pool, condition).catch((error: unknown) => {
        // The driver hands out a copy of what a new session failed with.
        throw condition.problem ?? error;
      });
      if (options.migrations.length > 0) await (probing ??= assertRights(pool, database).finally(end));
      guard.assertNotRefused();
    },
    close: async () => {
      await orm.destroy();
      await pool.end();
    },
  };
}

export interface PoolOptions extends Pick<DatabaseOptions, 'url' | 'poolSize' | 'queueLimit'> {
  /** How long a statement that reads may run before the server ends it (`isStatementTimeout`), in milliseconds. */
  readonly statementLimitMs?: number;
  /** Shared by the pools of one server: what one of them meets concerns them all. One of its own, unless given. */
  readonly guard?: SessionGuard;
  /** Given: each session is checked before it is used. Left out for sessions that only read. */
  readonly condition?: StoreCondition;
}

/** A mysql2 pool of prepared sessions. Connections are opened when they are needed. */
export function openPool(
  { url, poolSize, queueLimit, statementLimitMs, guard = new SessionGuard(), condition }: PoolOptions,
  database: string,
): Pool {
  const pool = createPool({
    ...connectionOptions(url, database),
    connectionLimit: poolSize,
    ...idleLimits(poolSize),
    queueLimit,
  });
  const check = condition && checker(condition);
  // The promise pool hands out callback connections here, contrary to its types.
  pool.on('connection', (connection) => {
    prepareSession(connection as never, statementLimitMs ?? null);
    check?.(connection as never);
    endWhenSilent(connection);
  });
  guard.watch((pool as unknown as { readonly pool: SessionPool }).pool);
  return pool;
}

/** @returns to be called with each session once it is prepared */
function checker(condition: StoreCondition): (session: Session) => void {
  const watch = endWhenUnfit(condition);
  return (session) => {
    watch(session);
    checkNewSession(session, condition);
  };
}

/** `CREATE DATABASE IF NOT EXISTS` needs the right to create also where there is nothing to create, so it comes second. */
async function ensureDatabase(url: string, database: string): Promise<void> {
  const connection = await firstConnection(url);
  endWhenSilent((connection as unknown as { readonly connection: object }).connection);
  try {
    const problem = await lookAtServer(connection);
    if (problem) throw problem;
    const [found] = await connection.query<never[]>('SHOW DATABASES WHERE `Database` = ?', [database]);
    if (found.length > 0) return;
    await connection.query(
      `CREATE DATABASE IF NOT EXISTS \`${database}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
    );
  } catch (error) {
    if (!isDatabaseRefused(error)) throw error;
    throw new ConfigurationError(
      `The database ${database} is missing, or closed to the account in MYSQL_URL, which may not make it.`,
    );
  } finally {
    connection.destroy();
  }
}

export interface OrmOptions extends Omit<DatabaseOptions, 'subgraph' | 'logger'> {
  /** How long a statement that reads may run before the server ends it (`isStatementTimeout`), in milliseconds. */
  readonly statementLimitMs?: number;
  /** As of `PoolOptions`. */
  readonly guard?: SessionGuard;
  /** Given: each session is checked before it is used. Left out for sessions that only read. */
  readonly condition?: StoreCondition;
}

/** TypeORM on one server, with a pool of prepared sessions. What there is to migrate is migrated. */
export async function openOrm(options: OrmOptions, database: string): Promise<DataSource> {
  const { host, port, user, password, connectTimeout, ssl } = connectionOptions(options.url, database);
  const orm = new DataSource({
    type: 'mysql',
    ...(host ? { host } : {}),
    ...(port ? { port } : {}),
    ...(user ? { username: user } : {}),
    ...(password ? { password } : {}),
    ...(connectTimeout ? { connectTimeout } : {}),
    ...(ssl ? { ssl } : {}),
    database,
    charset: 'utf8mb4_bin',
    timezone: 'Z',
    entities: [...options.entities],
    migrations: [...options.migrations],
    migrationsTableName: 'migration',
    migrationsTransactionMode: 'none',
    synchronize: false,
    poolSize: options.poolSize,
    extra: {
      ...idleLimits(options.poolSize),
      queueLimit: options.queueLimit,
      trace: false,
    },
  });
  await orm.initialize();
  onEachSession(orm, (session) => prepareSession(session, options.statementLimitMs ?? null));
  if (options.condition) onEachSession(orm, checker(options.condition));
  if (options.migrations.length > 0) await migrateOnce(options.url, database, orm);
  // From here on: a migration may take its time.
  onEachSession(orm, endWhenSilent);
  (options.guard ?? new SessionGuard()).watch(poolOf(orm) as unknown as SessionPool);
  return orm;
}

type Session = Parameters<typeof checkNewSession>[0] & { destroy(): void };

interface CallbackPool {
  on(event: 'connection', listener: (session: Session) => void): void;
  _allConnections: { toArray(): Session[] };
}

const poolOf = (orm: DataSource): CallbackPool => (orm.driver as unknown as { pool: CallbackPool }).pool;

/** TypeORM opens a connection before a listener can be added: covers the open connections, and later ones as they are opened. */
function onEachSession(orm: DataSource, work: (session: Session) => void): void {
  const pool = poolOf(orm);
  for (const session of pool._allConnections.toArray()) work(session);
  pool.on('connection', work);
}

/** For a server that no longer responds: statements in progress fail now, and the connections are destroyed without a handshake. */
export function destroyConnections(orm: DataSource): void {
  for (const session of poolOf(orm)._allConnections.toArray()) session.destroy();
  orm.destroy().catch(() => undefined);
}

/** Several processes of a subgraph may start at once: one migrates, the others wait for it. */
async function migrateOnce(url: string, database: string, orm: DataSource): Promise<void> {
  const connection = await createConnection(connectionOptions(url, database));
  try {
    const [[row]] = await connection.query<never[]>('SELECT GET_LOCK(?, 60) AS locked', [
      `${database}:migrate`,
    ]);
    if ((row as { locked: number } | undefined)?.locked !== 1)
      throw new Error(`Another process has been migrating ${database} for a minute.`);
    await orm.runMigrations({ transaction: 'none' });
  } finally {
    connection.destroy();
  }
}
