/** At most this share of recent requests is retried, … */
const SHARE = 0.2;
/** … and this many a second in addition, so that a service with few requests gets retries, too. */
const PER_SECOND = 10;
/** Unused retries accumulate up to this. */
const LARGEST = 100;

/**
 * A retry budget for one service, a token bucket: where every request fails, a retry of each would double the load of a service that is
 * overloaded or down. The budget bounds the extra load at a fifth of the requests and ten a second.
 */
export class RetryBudget {
  readonly #now: () => number;
  #left = PER_SECOND;
  #filledAt: number;

  /** @param now milliseconds of a clock that never goes back */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#filledAt = now();
  }

  /** Each first attempt adds its share to the budget. */
  recordRequest(): void {
    this.#left = Math.min(LARGEST, this.#left + SHARE);
  }

  /** @returns whether one more retry is allowed, and counts it */
  take(): boolean {
    const now = this.#now();
    this.#left = Math.min(LARGEST, this.#left + ((now - this.#filledAt) / 1_000) * PER_SECOND);
    this.#filledAt = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
