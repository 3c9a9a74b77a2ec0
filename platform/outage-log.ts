import { loggedError } from './logged-error.ts';
import type { Logger } from './logger.ts';

/** An outage that lasts is logged again this often, in milliseconds. */
const REMIND_EVERY_MS = 60_000;

export interface OutageLogOptions {
  readonly logger: Logger;
  /** Logged when it begins, for each new reason, and once a minute while it lasts. */
  readonly begins: string;
  /** Logged when it is over. */
  readonly ends: string;
  /** Whether an error is logged by its reason alone, as where its place is in a driver and says nothing. */
  readonly withoutStack?: true;
  /** What it concerns. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

/**
 * Logs something that fails again and again by its changes: when it begins, when it fails for another reason, and when it is over,
 * with the number of failures. Several sources may share it, such as the connections to one server: it is over when all work.
 */
export class OutageLog {
  readonly #options: OutageLogOptions;
  readonly #failing = new Set<object>();
  readonly #reasons = new Set<string>();
  #failures = 0;
  #since = 0;
  #loggedAt = 0;

  constructor(options: OutageLogOptions) {
    this.#options = options;
  }

  failed(error: unknown, source: object = this): void {
    const now = performance.now();
    if (this.#failing.size === 0) this.#since = now;
    this.#failing.add(source);
    this.#failures += 1;
    const reason = reasonOf(error);
    if (this.#reasons.has(reason) && now - this.#loggedAt < REMIND_EVERY_MS) return;
    this.#reasons.add(reason);
    this.#loggedAt = now;
    const { logger, begins, fields, withoutStack } = this.#options;
    const cause = withoutStack ? { reason } : { err: error };
    logger.warn({ ...fields, ...cause, failures: this.#failures }, begins);
  }

  worked(source: object = this): void {
    if (!this.#failing.delete(source) || this.#failing.size > 0) return;
    const { logger, ends, fields } = this.#options;
    const seconds = Math.round((performance.now() - this.#since) / 100) / 10;
    logger.info({ ...fields, failures: this.#failures, seconds }, ends);
    this.#reasons.clear();
    this.#failures = 0;
  }

  /** Of a source that is closed: whether it would work again is not known any more. */
  forget(source: object): void {
    if (this.#failing.delete(source) && this.#failing.size === 0) {
      this.#reasons.clear();
      this.#failures = 0;
    }
  }
}

/** The same for a failure that repeats. */
function reasonOf(error: unknown): string {
  const { type, code, message } = loggedError(error);
  return typeof code === 'string' ? code : `${type} ${message}`;
}
