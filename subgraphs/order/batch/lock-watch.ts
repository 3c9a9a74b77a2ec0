import { setTimeout as sleep } from 'node:timers/promises';

export interface LockWatchOptions {
  /** @returns those of the products whose stock rows are locked; null when that could not be determined */
  readonly findLocked: (productIds: readonly string[]) => Promise<ReadonlySet<string> | null>;
  /** Whether nothing is to be waited for any more. */
  readonly mayAbort: () => boolean;
}

/** Milliseconds between two looks: so many times what a look takes, within these bounds. */
const BETWEEN_LOOKS = { times: 10, least: 100, most: 1_000 };
/** How often one of those that wait is written though its rows are locked, in milliseconds. */
const TRY_EVERY_MS = 1_000;

interface Waiting {
  readonly productIds: readonly string[];
  readonly end: (isFree: boolean) => void;
}

/**
 * Waits for stock rows that other sessions have locked, for any number of queues by one statement, so that none of them takes a connection
 * before its rows are free.
 */
export class LockWatch {
  readonly #options: LockWatchOptions;
  /** The one that has waited longest is first. */
  readonly #waiting = new Set<Waiting>();
  #isRunning = false;
  #triedAt = Number.NEGATIVE_INFINITY;

  constructor(options: LockWatchOptions) {
    this.#options = options;
  }

  /**
   * @returns true once none of the rows is locked. False when the orders are to be written all the same: one queue a second, in turn, because
   * they may have been abandoned meanwhile, or may be too old; and all of them when nothing is to be waited for any more
   */
  untilFree(productIds: readonly string[]): Promise<boolean> {
    return new Promise((resolve) => {
      this.#waiting.add({ productIds, end: resolve });
      if (!this.#isRunning) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#waiting.size > 0) {
      const begun = performance.now();
      await this.#look();
      const { times, least, most } = BETWEEN_LOOKS;
      if (this.#waiting.size > 0)
        await sleep(Math.min(most, Math.max(least, (performance.now() - begun) * times)));
    }
    this.#isRunning = false;
  }

  async #look(): Promise<void> {
    const seen = [...this.#waiting];
    const locked = await this.#options.findLocked([...new Set(seen.flatMap((one) => one.productIds))]);
    const isFree = ({ productIds }: Waiting) => productIds.every((productId) => !locked!.has(productId));
    if (locked) for (const one of seen.filter(isFree)) this.#end(one, true);
    const [longest] = this.#waiting;
    if (longest && performance.now() - this.#triedAt >= TRY_EVERY_MS) {
      this.#triedAt = performance.now();
      this.#end(longest, false);
    }
    if (this.#options.mayAbort()) for (const one of this.#waiting) this.#end(one, false);
  }

  #end(one: Waiting, isFree: boolean): void {
    this.#waiting.delete(one);
    one.end(isFree);
  }
}
