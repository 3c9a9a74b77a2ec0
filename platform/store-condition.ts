import { ConfigurationError } from './config/environment.ts';
import type { Logger } from './logger.ts';

/**
 * A store that responds, and on which this system cannot keep its promises. The message is one sentence for a person and holds
 * no address, account or value of a client, so that readiness can show it.
 */
export class UnfitStore extends ConfigurationError {
  /** As the drivers mark a statement that has not run and will not (`wasNotConnected`). */
  readonly code = 'POOL_UNFIT_STORE';
}

/** Whether a store may be used, by the check that each of its sessions begins with. Logs each change once. */
export class StoreCondition {
  readonly #store: string;
  readonly #logger: Logger;
  readonly #listeners: (() => void)[] = [];
  #problem: UnfitStore | null = null;

  /** @param store as in a log line: `MySQL` */
  constructor(store: string, logger: Logger) {
    this.#store = store;
    this.#logger = logger;
  }

  /** What the latest check found; null: nothing. */
  get problem(): UnfitStore | null {
    return this.#problem;
  }

  report(problem: UnfitStore | null): void {
    const before = this.#problem;
    this.#problem = problem;
    if (problem?.message === before?.message) return;
    if (!problem) return this.#logger.info({ store: this.#store }, 'the store is used again');
    this.#logger.error({ store: this.#store }, problem.message);
    if (!before) for (const listener of this.#listeners) listener();
  }

  /** Calls `listener` each time a store that was fit is found to be unfit. */
  onUnfit(listener: () => void): void {
    this.#listeners.push(listener);
  }
}
