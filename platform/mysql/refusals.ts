/** What follows when MySQL refuses a statement or a connection. */
export interface MysqlConsequences {
  /** The sessions of this server are ended, because the name of the server may lead to another one by now. */
  readonly dropsSessions: boolean;
  /** The server takes no writes: purchases are not admitted until one has succeeded. */
  readonly stopsAdmission: boolean;
  /** `/health/ready` is 503. */
  readonly isNotReady: boolean;
  /** The same transaction, run again as a whole, may succeed at once. */
  readonly isRetryableLockError: boolean;
  /** The statement may have taken effect, in particular where it was COMMIT. */
  readonly mayHaveRun: boolean;
  /** When a client may try again, in milliseconds. */
  readonly retryAfterMs: number;
}

const NOTHING = {
  dropsSessions: false,
  stopsAdmission: false,
  isNotReady: false,
  isRetryableLockError: false,
  mayHaveRun: false,
  retryAfterMs: 1_000,
} as const satisfies MysqlConsequences;

const KINDS = {
  /** Read only, or outside of its replication group: another server has its place, or will have. */
  demoted: { ...NOTHING, dropsSessions: true, stopsAdmission: true, isNotReady: true },
  shuttingDown: { ...NOTHING, dropsSessions: true, isNotReady: true, mayHaveRun: true },
  /** It ended this session or statement, whatever that was doing. */
  interrupted: { ...NOTHING, mayHaveRun: true },
  /** Disk, memory, locks or threads have run out. */
  exhausted: { ...NOTHING, stopsAdmission: true, isNotReady: true, retryAfterMs: 2_000 },
  /** No further connection is accepted; those that are open go on. */
  tooManyConnections: NOTHING,
  /** The account may not connect, or not do this, until a right, a password or a host is changed. */
  closed: { ...NOTHING, stopsAdmission: true, isNotReady: true, retryAfterMs: 5_000 },
  /** It may not do this with this table. A session may keep the rights that it began with, so that it does not see them given. */
  rightMissing: {
    ...NOTHING,
    dropsSessions: true,
    stopsAdmission: true,
    isNotReady: true,
    retryAfterMs: 5_000,
  },
  /** A table is missing, as while a backup is put back, or cannot be opened. */
  incomplete: { ...NOTHING, stopsAdmission: true, isNotReady: true, retryAfterMs: 2_000 },
  /** The statement ran for longer than the server lets one run. */
  overdue: NOTHING,
  /** For a reason that is not known here. It may concern this statement alone, so that admission is stopped where it repeats. */
  refused: { ...NOTHING, isNotReady: true },
  /** Another transaction had the locks. */
  lockError: { ...NOTHING, isRetryableLockError: true, retryAfterMs: 500 },
} as const satisfies Record<string, MysqlConsequences>;

type Kind = keyof typeof KINDS;

interface Refusal {
  readonly name: string;
  readonly kind: Kind;
  /** As the response to COMMIT it means that nothing was committed: a certification that failed, or read-only. Any other leaves that open. */
  readonly refusesCommit?: true;
}

/**
 * The numbers by which MySQL or MariaDB refuses for a reason that lies in the server, and not in the statement, as far as more follows
 * from them than from any other number.
 *
 * Numbers above 1900 are the one's or the other's alone. MySQL's 4031 (session idle for too long) is left out: MariaDB has it for
 * something else, and it comes with the loss of the connection.
 */
export const MYSQL_REFUSALS: Readonly<Record<number, Refusal>> = {
  // Below 1000 are the errors of the server's own files.
  2: { name: 'EE_READ', kind: 'exhausted' },
  3: { name: 'EE_WRITE', kind: 'exhausted' },
  5: { name: 'EE_OUTOFMEMORY', kind: 'exhausted' },
  20: { name: 'EE_DISK_FULL', kind: 'exhausted' },
  23: { name: 'EE_OUT_OF_FILERESOURCES', kind: 'exhausted' },
  1290: { name: 'ER_OPTION_PREVENTS_STATEMENT', kind: 'demoted', refusesCommit: true }, // read_only, super_read_only
  1792: { name: 'ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION', kind: 'demoted' },
  1836: { name: 'ER_READ_ONLY_MODE', kind: 'demoted', refusesCommit: true }, // innodb_read_only, innodb_force_recovery
  3100: { name: 'ER_RUN_HOOK_ERROR', kind: 'demoted' }, // MySQL: Group Replication, a member without its group
  1047: { name: 'ER_UNKNOWN_COM_ERROR', kind: 'demoted' }, // Galera: the response of a node without its cluster to every statement
  3032: { name: 'ER_SERVER_OFFLINE_MODE', kind: 'demoted' }, // MySQL
  3168: { name: 'ER_SERVER_ISNT_AVAILABLE', kind: 'demoted' }, // MySQL

  1053: { name: 'ER_SERVER_SHUTDOWN', kind: 'shuttingDown' },

  1317: { name: 'ER_QUERY_INTERRUPTED', kind: 'interrupted' },
  1927: { name: 'ER_CONNECTION_KILLED', kind: 'interrupted' }, // MariaDB
  1152: { name: 'ER_ABORTING_CONNECTION', kind: 'interrupted' },
  1158: { name: 'ER_NET_READ_ERROR', kind: 'interrupted' },
  1159: { name: 'ER_NET_READ_INTERRUPTED', kind: 'interrupted' },
  1160: { name: 'ER_NET_ERROR_ON_WRITE', kind: 'interrupted' },
  1161: { name: 'ER_NET_WRITE_INTERRUPTED', kind: 'interrupted' },
  1180: { name: 'ER_ERROR_DURING_COMMIT', kind: 'interrupted' },
  1184: { name: 'ER_NEW_ABORTING_CONNECTION', kind: 'interrupted' },

  1021: { name: 'ER_DISK_FULL', kind: 'exhausted' },
  1026: { name: 'ER_ERROR_ON_WRITE', kind: 'exhausted' },
  1028: { name: 'ER_FILSORT_ABORT', kind: 'exhausted' },
  1030: { name: 'ER_GET_ERRNO', kind: 'exhausted' }, // an error of the storage engine
  1037: { name: 'ER_OUTOFMEMORY', kind: 'exhausted' },
  1038: { name: 'ER_OUT_OF_SORTMEMORY', kind: 'exhausted' },
  1041: { name: 'ER_OUT_OF_RESOURCES', kind: 'exhausted' },
  1114: { name: 'ER_RECORD_FILE_FULL', kind: 'exhausted' },
  1135: { name: 'ER_CANT_CREATE_THREAD', kind: 'exhausted' },
  1206: { name: 'ER_LOCK_TABLE_FULL', kind: 'exhausted' },

  1040: { name: 'ER_CON_COUNT_ERROR', kind: 'tooManyConnections' },
  1203: { name: 'ER_TOO_MANY_USER_CONNECTIONS', kind: 'tooManyConnections' },
  1226: { name: 'ER_USER_LIMIT_REACHED', kind: 'tooManyConnections' }, // also queries of an account in an hour

  1044: { name: 'ER_DBACCESS_DENIED_ERROR', kind: 'closed' },
  1045: { name: 'ER_ACCESS_DENIED_ERROR', kind: 'closed' },
  1049: { name: 'ER_BAD_DB_ERROR', kind: 'closed' },
  1129: { name: 'ER_HOST_IS_BLOCKED', kind: 'closed' },
  1130: { name: 'ER_HOST_NOT_PRIVILEGED', kind: 'closed' },
  1142: { name: 'ER_TABLEACCESS_DENIED_ERROR', kind: 'rightMissing' },
  1143: { name: 'ER_COLUMNACCESS_DENIED_ERROR', kind: 'rightMissing' },
  1227: { name: 'ER_SPECIFIC_ACCESS_DENIED_ERROR', kind: 'closed' },
  1698: { name: 'ER_ACCESS_DENIED_NO_PASSWORD_ERROR', kind: 'closed' },
  1820: { name: 'ER_MUST_CHANGE_PASSWORD', kind: 'closed' },
  1862: { name: 'ER_MUST_CHANGE_PASSWORD_LOGIN', kind: 'closed' },
  3118: { name: 'ER_ACCOUNT_HAS_BEEN_LOCKED', kind: 'closed' }, // MySQL
  4151: { name: 'ER_ACCOUNT_HAS_BEEN_LOCKED', kind: 'closed' }, // MariaDB

  1016: { name: 'ER_CANT_OPEN_FILE', kind: 'incomplete' },
  1017: { name: 'ER_FILE_NOT_FOUND', kind: 'incomplete' },
  1033: { name: 'ER_NOT_FORM_FILE', kind: 'incomplete' },
  1146: { name: 'ER_NO_SUCH_TABLE', kind: 'incomplete' },
  1194: { name: 'ER_CRASHED_ON_USAGE', kind: 'incomplete' },
  1814: { name: 'ER_TABLESPACE_DISCARDED', kind: 'incomplete' },
  1932: { name: 'ER_NO_SUCH_TABLE_IN_ENGINE', kind: 'incomplete' }, // MariaDB

  1969: { name: 'ER_STATEMENT_TIMEOUT', kind: 'overdue' }, // MariaDB: max_statement_time
  3024: { name: 'ER_QUERY_TIMEOUT', kind: 'overdue' }, // MySQL: max_execution_time

  1153: { name: 'ER_NET_PACKET_TOO_LARGE', kind: 'refused' }, // max_allowed_packet
  1461: { name: 'ER_MAX_PREPARED_STMT_COUNT_REACHED', kind: 'refused' },

  1020: { name: 'ER_CHECKREAD', kind: 'lockError' }, // MariaDB: the row changed since the transaction began
  1205: { name: 'ER_LOCK_WAIT_TIMEOUT', kind: 'lockError' }, // MariaDB: also NOWAIT
  1213: { name: 'ER_LOCK_DEADLOCK', kind: 'lockError', refusesCommit: true }, // Galera: also a conflict with another node
  1412: { name: 'ER_TABLE_DEF_CHANGED', kind: 'lockError' },
  3101: { name: 'ER_TRANSACTION_ROLLBACK_DURING_COMMIT', kind: 'lockError', refusesCommit: true }, // Group Replication: a conflict
  3572: { name: 'ER_LOCK_NOWAIT', kind: 'lockError' }, // MySQL
};

/** Every number that means that the statement or its values are wrong: a fault of the code, so a retry fails, too. */
export const MYSQL_FAULTS: Readonly<Record<number, string>> = {
  1048: 'ER_BAD_NULL_ERROR',
  1052: 'ER_NON_UNIQ_ERROR',
  1054: 'ER_BAD_FIELD_ERROR',
  1055: 'ER_WRONG_FIELD_WITH_GROUP',
  1058: 'ER_WRONG_VALUE_COUNT',
  1062: 'ER_DUP_ENTRY',
  1064: 'ER_PARSE_ERROR',
  1065: 'ER_EMPTY_QUERY',
  1066: 'ER_NONUNIQ_TABLE',
  1102: 'ER_WRONG_DB_NAME',
  1103: 'ER_WRONG_TABLE_NAME',
  1109: 'ER_UNKNOWN_TABLE',
  1110: 'ER_FIELD_SPECIFIED_TWICE',
  1136: 'ER_WRONG_VALUE_COUNT_ON_ROW',
  1149: 'ER_SYNTAX_ERROR',
  1193: 'ER_UNKNOWN_SYSTEM_VARIABLE',
  1210: 'ER_WRONG_ARGUMENTS',
  1216: 'ER_NO_REFERENCED_ROW',
  1217: 'ER_ROW_IS_REFERENCED',
  1231: 'ER_WRONG_VALUE_FOR_VAR',
  1241: 'ER_OPERAND_COLUMNS',
  1242: 'ER_SUBQUERY_NO_1_ROW',
  1243: 'ER_UNKNOWN_STMT_HANDLER',
  1264: 'ER_WARN_DATA_OUT_OF_RANGE',
  1265: 'WARN_DATA_TRUNCATED',
  1267: 'ER_CANT_AGGREGATE_2COLLATIONS',
  1292: 'ER_TRUNCATED_WRONG_VALUE',
  1300: 'ER_INVALID_CHARACTER_STRING',
  1305: 'ER_SP_DOES_NOT_EXIST',
  1364: 'ER_NO_DEFAULT_FOR_FIELD',
  1365: 'ER_DIVISION_BY_ZERO',
  1366: 'ER_TRUNCATED_WRONG_VALUE_FOR_FIELD',
  1367: 'ER_ILLEGAL_VALUE_FOR_TYPE',
  1390: 'ER_PS_MANY_PARAM',
  1406: 'ER_DATA_TOO_LONG',
  1411: 'ER_WRONG_VALUE_FOR_TYPE',
  1441: 'ER_DATETIME_FUNCTION_OVERFLOW',
  1451: 'ER_ROW_IS_REFERENCED_2',
  1452: 'ER_NO_REFERENCED_ROW_2',
  1525: 'ER_WRONG_VALUE',
  1582: 'ER_WRONG_PARAMCOUNT_TO_NATIVE_FCT',
  1690: 'ER_DATA_OUT_OF_RANGE',
  3140: 'ER_INVALID_JSON_TEXT', // MySQL
  3819: 'ER_CHECK_CONSTRAINT_VIOLATED', // MySQL
  3988: 'ER_IMPOSSIBLE_STRING_CONVERSION', // MySQL
  4025: 'ER_CONSTRAINT_FAILED', // MariaDB: CHECK
};

/**
 * A number in neither table is a refusal as well: a statement that returns an error has changed nothing, and the server has more
 * reasons to refuse than a list holds.
 *
 * @param errno 0, or below: not an error of the server
 * @returns null where the fault is in the statement, or in our code
 */
export function mysqlConsequences(errno: number): MysqlConsequences | null {
  if (errno <= 0 || Object.hasOwn(MYSQL_FAULTS, errno)) return null;
  return KINDS[MYSQL_REFUSALS[errno]?.kind ?? 'refused'];
}

export const refusesCommit = (errno: number): boolean => MYSQL_REFUSALS[errno]?.refusesCommit ?? false;

export const isRightMissing = (errno: number): boolean => MYSQL_REFUSALS[errno]?.kind === 'rightMissing';

export const isClosed = (errno: number): boolean =>
  MYSQL_REFUSALS[errno]?.kind === 'closed' || isRightMissing(errno);

/** The statement did not reach a session. */
export const isConnectionRefusal = (errno: number): boolean =>
  isClosed(errno) || MYSQL_REFUSALS[errno]?.kind === 'tooManyConnections';
