import { describe, expect, it } from 'vitest';
import { SESSION_LIMITS } from '../../platform/mysql/connection-options.ts';
import { WRITER_WAIT_TIMEOUT_S } from './batch/session-timeouts.ts';
import { readOrderConfig } from './config.ts';

const read = (settings: NodeJS.ProcessEnv) => () =>
  readOrderConfig({ NODE_ENV: 'test', MYSQL_URL: 'mysql://x/y', REDIS_URL: 'redis://x', ...settings });

describe('settings that do not fit each other stop the start with a sentence that names both', () => {
  it.each([
    [
      { PURCHASE_TIMEOUT: '2s' },
      /^PURCHASE_TIMEOUT is not acceptable: expected at least 3s, .*innodb_lock_wait_timeout/,
    ],
    [
      { RESERVATION_TIMEOUT: '9s', PURCHASE_TIMEOUT: '10s' },
      /^RESERVATION_TIMEOUT is not acceptable: expected at least 10s, .*PURCHASE_TIMEOUT/,
    ],
    [
      { RESERVATION_TIMEOUT: '4s', PURCHASE_TIMEOUT: '4s' },
      /^RESERVATION_TIMEOUT is not acceptable: expected at least 5s, .*wait_timeout/,
    ],
    [
      { TOMBSTONE_RETENTION: '1h' },
      /^TOMBSTONE_RETENTION is not acceptable: .*PURCHASE_TIMEOUT and RESERVATION_TIMEOUT/,
    ],
  ])('%j', (settings, sentence) => {
    expect(read(settings)).toThrow(sentence);
  });

  it('each pair has its own line', () => {
    expect(read({ PURCHASE_TIMEOUT: '1s', RESERVATION_TIMEOUT: '1s' })).toThrow(
      /^PURCHASE_TIMEOUT .*\.\nRESERVATION_TIMEOUT .*\.$/,
    );
  });
});

describe('what this process sets for its sessions fits', () => {
  /** The batch tries three times, the tombstones four. */
  const LOCK_WAITS_MS = 3 * SESSION_LIMITS.lockWaitTimeoutS * 1_000;

  it('a frozen session is ended before those that wait for its locks give up', () => {
    expect(WRITER_WAIT_TIMEOUT_S * 1_000).toBeLessThan(LOCK_WAITS_MS);
    expect(SESSION_LIMITS.waitTimeoutS * 1_000).toBeLessThan(LOCK_WAITS_MS);
  });

  it('an idle connection is closed here before the server ends its session', () => {
    expect(SESSION_LIMITS.idleMs).toBeLessThan(SESSION_LIMITS.waitTimeoutS * 1_000);
  });

  it('a wait for a lock is not taken for a silent server', () => {
    expect(SESSION_LIMITS.lockWaitTimeoutS * 1_000).toBeLessThan(SESSION_LIMITS.silenceMs);
  });
});
