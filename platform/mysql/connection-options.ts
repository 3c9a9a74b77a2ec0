import type { Connection, ConnectionOptions } from 'mysql2';

/** One database per subgraph: `mysql://…/firstcome` and `order` make `firstcome_order`. */
export function databaseName(url: string, room: string): string {
  return `${new URL(url).pathname.slice(1) || 'firstcome'}_${room}`;
}

/** @param database left out to connect before the database exists */
export function connectionOptions(url: string, database?: string): ConnectionOptions {
  const { hostname, port, username, password } = new URL(url);
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port ? Number(port) : 3306,
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    ...(database ? { database } : {}),
    charset: 'utf8mb4_bin',
    timezone: 'Z',
    connectTimeout: 5_000,
    // A stack trace per query, for a better message when it fails: too dear for the hot path.
    trace: false,
  };
}

/**
 * Prepares a session. A process that freezes inside a transaction must not hold its row locks for MySQL's default of
 * eight hours: the server ends a session that is silent for longer than `wait_timeout`. Connections that
 * are merely idle are closed from this side before that (`IDLE_TIMEOUT_MS`).
 *
 * The statements are queued on the connection, so whatever is asked of it afterwards finds them done.
 */
export function prepareSession(connection: Pick<Connection, 'query'>): void {
  for (const statement of sessionStatements(SESSION_TIMEOUT_S)) connection.query(statement);
}

/** @param waitTimeoutS how long a session may be silent, in seconds */
export const sessionStatements = (waitTimeoutS: number): string[] => [
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
  `SET SESSION wait_timeout = ${waitTimeoutS}, innodb_lock_wait_timeout = ${LOCK_WAIT_TIMEOUT_S}, ` +
    `sql_mode = 'STRICT_ALL_TABLES,ONLY_FULL_GROUP_BY,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO'`,
];

const SESSION_TIMEOUT_S = 10;
const LOCK_WAIT_TIMEOUT_S = 3;
export const IDLE_TIMEOUT_MS = 4_000;
