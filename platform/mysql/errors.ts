import {
  isClosed,
  isConnectionRefusal,
  isRightMissing as isErrnoOfRight,
  mysqlConsequences,
  refusesCommit,
  type MysqlConsequences,
} from './refusals.ts';

/**
 * Errors of MySQL and MariaDB, classified by number: mysql2 names them by MySQL's table, and MariaDB uses some
 * of the numbers for other things (its CHECK violation reads `ER_INNODB_AUTOEXTEND_SIZE_OUT_OF_RANGE`).
 */
interface DriverError extends Error {
  readonly errno?: number;
  readonly code?: string;
  /** `connect`, `read`, … where the system reports it. */
  readonly syscall?: string;
  readonly fatal?: boolean;
}

const DUPLICATE_KEY = 1062;
const PRIVILEGE_MISSING = 1227;
const DATABASE_REFUSED = 1044;
const SYNTAX_UNKNOWN = 1064;
/** MySQL has one number for it, MariaDB the other. */
const OUT_OF_TIME = [3024, 1969];

/** What follows from a refusal of the server; null for an error that is none. */
export const mysqlRefusal = (error: unknown): MysqlConsequences | null => mysqlConsequences(numberOf(error));

/** A deadlock, a lock wait timeout or the like: rolled back and retried as a whole, the transaction may succeed. */
export const isRetryableLockError = (error: unknown): boolean =>
  mysqlRefusal(error)?.isRetryableLockError ?? false;

export const isDuplicateKey = (error: unknown): boolean => numberOf(error) === DUPLICATE_KEY;

/** The server does not have the statement, or does not permit it to this account. */
export const isNotPermitted = (error: unknown): boolean =>
  [PRIVILEGE_MISSING, SYNTAX_UNKNOWN].includes(numberOf(error));

/** The account has no rights on that database, which may be there or not. */
export const isDatabaseRefused = (error: unknown): boolean => numberOf(error) === DATABASE_REFUSED;

/** The account may not connect, or lacks a right: waiting does not help. */
export const isAccountRefused = (error: unknown): boolean => isClosed(numberOf(error));

/** The account may not do this in a database that it may see. */
export const isRightMissing = (error: unknown): boolean => isErrnoOfRight(numberOf(error));

/** The server responds and accepts no writes at the moment, from any account. */
export const isReadOnly = (error: unknown): boolean => mysqlRefusal(error)?.stopsAdmission ?? false;

/** The response to COMMIT means that nothing was committed. */
export const isCommitRefused = (error: unknown): boolean => refusesCommit(numberOf(error));

/** The server ended the statement, which only reads, since it had run for as long as this session's statements may. */
export const isStatementTimeout = (error: unknown): boolean => OUT_OF_TIME.includes(numberOf(error));

/** The server did not respond to this statement; whether it ran is unknown. */
export function isConnectionLost(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, fatal, message } = ofDriver(error);
  return (
    fatal === true ||
    mysqlRefusal(error)?.mayHaveRun === true ||
    /^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EHOSTUNREACH|ENETUNREACH|PROTOCOL_)/.test(code ?? '') ||
    /closed state|Connection lost|Pool is closed/i.test(message)
  );
}

/**
 * There was no connection: the statement has not run and will not. An established connection may end with the errors of one that was
 * never established (EHOSTUNREACH, ETIMEDOUT); the system call distinguishes them.
 */
export function wasNotConnected(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, syscall, message } = ofDriver(error);
  return (
    isConnectionRefusal(numberOf(error)) ||
    /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|POOL_)/.test(code ?? '') ||
    (/^(EHOSTUNREACH|ENETUNREACH|ETIMEDOUT)$/.test(code ?? '') && syscall === 'connect') ||
    /Queue limit reached|No connections available/.test(message)
  );
}

function numberOf(error: unknown): number {
  return error instanceof Error ? (ofDriver(error).errno ?? 0) : 0;
}

/** TypeORM puts the error of mysql2 into one of its own. */
function ofDriver(error: Error): DriverError {
  const { driverError } = error as { readonly driverError?: unknown };
  return driverError instanceof Error ? driverError : error;
}
