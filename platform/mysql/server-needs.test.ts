import { describe, expect, it } from 'vitest';
import { unmetServerNeeds, unmetSessionNeeds, type SessionState } from './server-needs.ts';

const right: SessionState = {
  version: '10.11.6-MariaDB-0+deb12u1',
  flushed: 1,
  logged: 0,
  logSynced: 0,
  readOnly: 0,
  engineReadOnly: 0,
  isolation: 'READ-COMMITTED',
  lockWaitS: 3,
};
const problem = (state: Partial<SessionState>) =>
  unmetSessionNeeds({ ...right, ...state }, 3)?.message ?? null;
const SERVER = 'The MySQL server would lose or refuse confirmed orders: ';

describe('a server of MySQL', () => {
  it.each([
    {},
    { version: '8.4.2' },
    { version: '9.7.0' },
    { version: '11.8.2-MariaDB' },
    { logged: '1', logSynced: '1' },
  ])('that keeps what it commits has no need that is not met: %j', (state) => {
    expect(problem(state)).toBeNull();
  });

  it.each([
    [{ flushed: 2 }, 'innodb_flush_log_at_trx_commit must be 1'],
    [{ logged: 1, logSynced: 100 }, 'sync_binlog must be 1 while log_bin is on'],
    [{ readOnly: 1 }, 'read_only must be off'],
    [{ engineReadOnly: '1' }, 'innodb_read_only must be off'],
    [{ version: '5.7.44' }, 'it must be MySQL 8.0.16, MariaDB 10.6 or later'],
    [{ version: '8.0.15' }, 'it must be MySQL 8.0.16, MariaDB 10.6 or later'],
    [{ version: '10.5.9-MariaDB' }, 'it must be MySQL 8.0.16, MariaDB 10.6 or later'],
  ])('that does not is named: %j', (state, need) => {
    expect(problem(state)).toBe(`${SERVER}${need}.`);
  });

  it('names all that is wrong at once', () => {
    expect(unmetServerNeeds({ ...right, flushed: 0, readOnly: 1 })?.message).toBe(
      `${SERVER}innodb_flush_log_at_trx_commit must be 1; read_only must be off.`,
    );
  });

  it.each([{ isolation: 'REPEATABLE-READ' }, { lockWaitS: 50 }])(
    'that does not keep what a session was set to is named: %j',
    (state) => {
      expect(problem(state)).toMatch(/^The MySQL server does not keep what a session is set to/);
    },
  );
});
