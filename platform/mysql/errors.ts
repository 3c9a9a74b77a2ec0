/**
 * Errors of MySQL and MariaDB, told apart by number: mysql2 names them by MySQL's table, and MariaDB uses some
 * of the numbers for other things (its CHECK violation reads `ER_INNODB_AUTOEXTEND_SIZE_OUT_OF_RANGE`).
 */
interface DriverError extends Error {
  readonly errno?: number;
  readonly code?: string;
  readonly fatal?: boolean;
}

const DEADLOCK = 1213;
const LOCK_WAIT_TIMEOUT = 1205;
/** MariaDB's snapshot check: the row changed since the transaction began. */
const RECORD_CHANGED = 1020;
const DUPLICATE_KEY = 1062;
const PRIVILEGE_MISSING = 1227;
const SYNTAX_UNKNOWN = 1064;

/** The transaction lost to another one: rolled back and run again as a whole, it may well succeed. */
export const isLostRace = (error: unknown): boolean =>
  [DEADLOCK, LOCK_WAIT_TIMEOUT, RECORD_CHANGED].includes(numberOf(error));

export const isDuplicateKey = (error: unknown): boolean => numberOf(error) === DUPLICATE_KEY;

/** The server knows no such statement, or does not let this account use it. */
export const isNotTold = (error: unknown): boolean =>
  [PRIVILEGE_MISSING, SYNTAX_UNKNOWN].includes(numberOf(error));

/** The server did not answer this statement; whether it ran cannot be told. */
export function isConnectionLost(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, fatal, message } = error as DriverError;
  return (
    fatal === true ||
    /^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EHOSTUNREACH|PROTOCOL_)/.test(code ?? '') ||
    /closed state|Connection lost|Pool is closed/i.test(message)
  );
}

/** There was no connection to ask on: the statement has not run and will not. */
export const wasNotConnected = (error: unknown): boolean =>
  error instanceof Error &&
  (/^(ECONNREFUSED|ENOTFOUND|EHOSTUNREACH|POOL_)/.test((error as DriverError).code ?? '') ||
    /Queue limit reached|No connections available/.test(error.message));

function numberOf(error: unknown): number {
  return error instanceof Error ? ((error as DriverError).errno ?? 0) : 0;
}
