import { ConfigurationError } from '../../platform/config/environment.ts';
import { SESSION_LIMITS } from '../../platform/mysql/connection-options.ts';
import { WRITER_WAIT_TIMEOUT_S } from './batch/session-timeouts.ts';
import { shortestRetention } from './orders/writing-time.ts';

/** All in milliseconds. */
export interface Durations {
  readonly PURCHASE_TIMEOUT: number;
  readonly RESERVATION_TIMEOUT: number;
  readonly TOMBSTONE_RETENTION: number;
}

interface Fit {
  readonly setting: keyof Durations;
  /** What it must be at least, in milliseconds. */
  readonly atLeastMs: (settings: Durations) => number;
  /** The other setting, and why. */
  readonly reason: string;
}

/** Settings that are each acceptable and would not work together. Those of MySQL are set by this process for its sessions. */
const FITS: readonly Fit[] = [
  {
    setting: 'PURCHASE_TIMEOUT',
    atLeastMs: () => SESSION_LIMITS.lockWaitTimeoutS * 1_000,
    reason:
      'as innodb_lock_wait_timeout is in its sessions, so that one wait for a lock does not make an outcome unknown',
  },
  {
    setting: 'RESERVATION_TIMEOUT',
    atLeastMs: (settings) => settings.PURCHASE_TIMEOUT,
    reason:
      'as PURCHASE_TIMEOUT is, so that the reaper ends no purchase whose caller still waits for the outcome',
  },
  {
    setting: 'RESERVATION_TIMEOUT',
    atLeastMs: () => WRITER_WAIT_TIMEOUT_S * 1_000,
    reason:
      'as wait_timeout is in the session of the batch, so that the reaper does not wait for the locks of a frozen process',
  },
  {
    setting: 'TOMBSTONE_RETENTION',
    atLeastMs: (settings) => shortestRetention(settings.PURCHASE_TIMEOUT, settings.RESERVATION_TIMEOUT),
    reason: 'with PURCHASE_TIMEOUT and RESERVATION_TIMEOUT as they are, so that no attempt outlives it',
  },
];

/** @throws {ConfigurationError} one sentence that names both settings, for each pair that does not fit */
export function assertSettingsFit(settings: Durations): void {
  const sentences = FITS.filter(({ setting, atLeastMs }) => settings[setting] < atLeastMs(settings)).map(
    ({ setting, atLeastMs, reason }) =>
      `${setting} is not acceptable: expected at least ${Math.ceil(atLeastMs(settings) / 1_000)}s, ${reason}.`,
  );
  if (sentences.length > 0) throw new ConfigurationError(sentences.join('\n'));
}
