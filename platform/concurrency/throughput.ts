/** A window is open until enough was done in it, but not shorter or longer than this. In milliseconds. */
const SHORTEST_WINDOW_MS = 250;
const LONGEST_WINDOW_MS = 2_000;
/** An older measurement is not used: the load of the machine may have changed. */
const FORGET_AFTER_MS = 10_000;
/** How much the newest window counts. */
const NEWEST = 0.4;

/**
 * Estimates throughput. It is measured only while there is a queue: without one, what is measured is the demand, not the capacity. The
 * first window after a queue forms is discarded: throughput has not settled yet. Moments are those of `performance.now()`.
 */
export class ThroughputEstimator {
  readonly #enough: () => number;
  /** Tasks a millisecond. */
  #throughput: number | null = null;
  #measuredAt = 0;
  /** Null: there is no queue. */
  #windowFrom: number | null = null;
  #isFirst = false;
  #done = 0;

  /** @param enough tasks for a window: responses come in batches, and what was just begun is not done yet */
  constructor(enough: () => number) {
    this.#enough = enough;
  }

  /** A task was done. @returns whether there is a new estimate */
  record(now: number): boolean {
    this.#done++;
    return this.#update(now);
  }

  /** From now on there is a queue, or none. */
  setQueued(isThere: boolean, now: number): void {
    if (!isThere) this.#windowFrom = null;
    else if (this.#windowFrom === null) {
      this.#open(now);
      this.#isFirst = true;
    }
  }

  /** @returns how long so many tasks take, in milliseconds; null while nothing is known */
  msFor(tasks: number, now: number): number | null {
    this.#update(now);
    if (this.#throughput === null || now - this.#measuredAt > FORGET_AFTER_MS) return null;
    return tasks / this.#throughput;
  }

  #update(now: number): boolean {
    if (this.#windowFrom === null) return false;
    const passed = now - this.#windowFrom;
    if (passed < (this.#done < this.#enough() ? LONGEST_WINDOW_MS : SHORTEST_WINDOW_MS)) return false;
    const throughput = this.#done / passed;
    const isFirst = this.#isFirst;
    this.#open(now);
    if (isFirst) return false;
    const isKnown = this.#throughput !== null && now - this.#measuredAt <= FORGET_AFTER_MS;
    this.#throughput = isKnown ? NEWEST * throughput + (1 - NEWEST) * this.#throughput! : throughput;
    this.#measuredAt = now;
    return true;
  }

  #open(now: number): void {
    this.#windowFrom = now;
    this.#isFirst = false;
    this.#done = 0;
  }
}
