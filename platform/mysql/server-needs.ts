import { UnfitStore } from '../store-condition.ts';

/** What `SERVER_STATE` reads of the server. Numbers may arrive as strings. */
export interface ServerState {
  readonly version: string;
  readonly flushed: unknown;
  readonly logged: unknown;
  readonly logSynced: unknown;
  readonly readOnly: unknown;
  readonly engineReadOnly: unknown;
}

/** One small statement, answered from the server's memory. */
export const SERVER_STATE = `SELECT VERSION() AS version, @@GLOBAL.innodb_flush_log_at_trx_commit AS flushed,
  @@GLOBAL.log_bin AS logged, @@GLOBAL.sync_binlog AS logSynced, @@GLOBAL.read_only AS readOnly,
  @@GLOBAL.innodb_read_only AS engineReadOnly`;

/** The same, of a session that has been prepared. MySQL reads the one comment and MariaDB the other. */
export const SESSION_STATE = `${SERVER_STATE},
  /*!80000 @@SESSION.transaction_isolation */ /*M! @@SESSION.tx_isolation */ AS isolation,
  @@SESSION.innodb_lock_wait_timeout AS lockWaitS`;

/** What `SESSION_STATE` reads. */
export interface SessionState extends ServerState {
  readonly isolation: unknown;
  readonly lockWaitS: unknown;
}

/** CHECK constraints are enforced from there on; on MariaDB, SKIP LOCKED is known from there on. */
const OLDEST = { mysql: [8, 0, 16], mariadb: [10, 6, 0] } as const;

/** What a server has to be so that COMMIT means that an order survives a crash; all that is not met is named. */
const SERVER_NEEDS: readonly { readonly isMet: (state: ServerState) => boolean; readonly need: string }[] = [
  { isMet: ({ version }) => isNewEnough(version), need: 'it must be MySQL 8.0.16, MariaDB 10.6 or later' },
  { isMet: ({ flushed }) => Number(flushed) === 1, need: 'innodb_flush_log_at_trx_commit must be 1' },
  {
    isMet: ({ logged, logSynced }) => Number(logged) === 0 || Number(logSynced) === 1,
    need: 'sync_binlog must be 1 while log_bin is on',
  },
  { isMet: ({ readOnly }) => Number(readOnly) === 0, need: 'read_only must be off' },
  { isMet: ({ engineReadOnly }) => Number(engineReadOnly) === 0, need: 'innodb_read_only must be off' },
];

/** @returns one sentence that names each need that is not met */
export function unmetServerNeeds(state: ServerState): UnfitStore | null {
  const unmet = SERVER_NEEDS.filter(({ isMet }) => !isMet(state)).map(({ need }) => need);
  return unmet.length === 0
    ? null
    : new UnfitStore(`The MySQL server would lose or refuse confirmed orders: ${unmet.join('; ')}.`);
}

/** As `unmetServerNeeds`, and whether the session is as it was prepared: a proxy may give the settings to another one. */
export function unmetSessionNeeds(state: SessionState, lockWaitTimeoutS: number): UnfitStore | null {
  const problem = unmetServerNeeds(state);
  if (problem) return problem;
  if (state.isolation === 'READ-COMMITTED' && Number(state.lockWaitS) === lockWaitTimeoutS) return null;
  return new UnfitStore(
    'The MySQL server does not keep what a session is set to: no proxy that shares sessions may be in front of it.',
  );
}

/** `8.4.2`, `10.11.6-MariaDB-1` */
function isNewEnough(version: string): boolean {
  const oldest = version.includes('MariaDB') ? OLDEST.mariadb : OLDEST.mysql;
  const parts = version.split(/[.-]/).map(Number);
  for (const [index, least] of oldest.entries()) {
    const part = parts[index] ?? 0;
    if (part !== least) return part > least;
  }
  return true;
}
