/** At most this share of the requests of late is repeated, … */
const SHARE = 0.2;
/** … and this many a second beside it, so that a service with few requests gets repeats, too. */
const PER_SECOND = 10;
/** What was not used is kept up to this. */
const LARGEST = 100;

/**
 * How many repeats one service may get. Where every request fails, repeating each of them doubles the load of whoever is
 * down already; this bounds it at a fifth and some.
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

  /** Every first request pays in. */
  noteRequest(): void {
    this.#left = Math.min(LARGEST, this.#left + SHARE);
  }

  /** @returns whether one more repeat is allowed, and counts it */
  take(): boolean {
    const now = this.#now();
    this.#left = Math.min(LARGEST, this.#left + ((now - this.#filledAt) / 1_000) * PER_SECOND);
    this.#filledAt = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
