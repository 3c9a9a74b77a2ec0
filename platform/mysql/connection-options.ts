import type { Socket } from 'node:net';
import type { Connection, ConnectionOptions } from 'mysql2';
import { parseMysqlUrl } from './mysql-url.ts';

/** One database per subgraph: `mysql://…/firstcome` and `order` make `firstcome_order`. */
export function databaseName(url: string, subgraph: string): string {
  return `${new URL(url).pathname.slice(1) || 'firstcome'}_${subgraph}`;
}

/** @param database left out to connect before the database exists */
export function connectionOptions(url: string, database?: string): ConnectionOptions {
  const { tls, ...address } = parseMysqlUrl(url);
  return {
    ...address,
    ...(tls ? { ssl: { ...tls } } : {}),
    ...(database ? { database } : {}),
    charset: 'utf8mb4_bin',
    timezone: 'Z',
    connectTimeout: 3_000,
    // A stack trace per query, for a better message when it fails: too dear for the hot path.
    trace: false,
  };
}

/**
 * Prepares a session. A process that freezes inside a transaction must not hold its row locks for MySQL's default of
 * eight hours: the server ends a session that is silent for longer than `wait_timeout`. Connections that
 * are merely idle are closed from this side before that (`idleLimits`), so that no statement is lost to a session that the
 * server ends at that moment.
 *
 * The statements are queued on the connection, so later statements run after them.
 *
 * @param statementLimitMs how long a statement that reads may run; null: for any time
 */
export function prepareSession(
  connection: Pick<Connection, 'query'>,
  statementLimitMs: number | null = null,
): void {
  for (const statement of sessionStatements(SESSION_TIMEOUT_S, statementLimitMs))
    connection.query(statement).on('error', endConnection);
}

/**
 * Thrown in here, an error ends the connection, and what waits on it fails: no session is used unprepared. While statements are
 * traced, mysql2 would go on.
 */
export function endConnection(error: Error): never {
  throw error;
}

/**
 * @param waitTimeoutS how long a session may be silent, in seconds
 * @param statementLimitMs how long a statement that reads may run; null: for any time
 */
export const sessionStatements = (waitTimeoutS: number, statementLimitMs: number | null = null): string[] => [
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE',
  `SET SESSION wait_timeout = ${waitTimeoutS}, innodb_lock_wait_timeout = ${LOCK_WAIT_TIMEOUT_S}, ` +
    `sql_mode = 'STRICT_ALL_TABLES,ONLY_FULL_GROUP_BY,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO'` +
    (statementLimitMs === null ? '' : statementLimit(statementLimitMs)),
];

/** MySQL reads the one comment and MariaDB the other; MariaDB's limit is in seconds and would be for writes, too. */
const statementLimit = (ms: number): string =>
  `/*!80000 , max_execution_time = ${ms} */ /*M! , max_statement_time = ${ms / 1_000} */`;

const SESSION_TIMEOUT_S = 7;
export const LOCK_WAIT_TIMEOUT_S = 3;
const IDLE_MS = 3_000;
const SILENCE_MS = 5_000;

/** How sessions are limited, in the units of their names. What has to fit what is in `fitting-settings.test.ts` of the order subgraph. */
export const SESSION_LIMITS = {
  waitTimeoutS: SESSION_TIMEOUT_S,
  lockWaitTimeoutS: LOCK_WAIT_TIMEOUT_S,
  idleMs: IDLE_MS,
  silenceMs: SILENCE_MS,
} as const;

/**
 * How a pool closes idle connections, within four seconds. mysql2 checks for them only where fewer connections may be idle than there may be
 * at all; so the last one of a full pool goes sooner.
 */
export const idleLimits = (poolSize: number) => ({ maxIdle: poolSize - 1, idleTimeout: IDLE_MS });

/**
 * Ends a connection on which nothing has come or gone for five seconds. Idle ones are closed before that and a wait for a lock ends
 * sooner, so its server is gone without having closed it, as when a machine loses power; TCP alone would wait for minutes, or for ever. What
 * waits for a response fails as with any lost connection.
 *
 * @param connection mysql2's own, not the one with promises
 */
export function endWhenSilent(connection: object): void {
  const { stream } = connection as { readonly stream: Socket };
  stream.setTimeout(SILENCE_MS, () =>
    stream.destroy(Object.assign(new Error('MySQL has been silent for too long'), { code: 'ETIMEDOUT' })),
  );
}
