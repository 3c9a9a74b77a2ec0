/** A window is open until enough was done in it, but not shorter or longer than this. In milliseconds. */
const SHORTEST_WINDOW_MS = 250;
const LONGEST_WINDOW_MS = 2_000;
/** What was measured longer ago counts no more: the next crowd may find another machine. */
const FORGET_AFTER_MS = 10_000;
/** How much the newest window counts. */
const NEWEST = 0.4;

/**
 * How fast tasks are done, measured only while others wait: without a queue one sees how much is asked, not how much could be
 * done. The first window of a line is not looked at: this process is still busy with letting the crowd in, and what it does
 * for those who came first is not what it will do. Moments are those of `performance.now()`.
 */
export class Pace {
  readonly #enough: () => number;
  /** Tasks a millisecond. */
  #pace: number | null = null;
  #measuredAt = 0;
  /** Null: nobody waits. */
  #windowFrom: number | null = null;
  #isFirst = false;
  #done = 0;

  /** @param enough tasks for a window: answers come in batches, and what was just begun is not done yet */
  constructor(enough: () => number) {
    this.#enough = enough;
  }

  /** A task was done. @returns whether more is known than before */
  note(now: number): boolean {
    this.#done++;
    return this.#look(now);
  }

  /** From now on somebody waits, or nobody. */
  queue(isThere: boolean, now: number): void {
    if (!isThere) this.#windowFrom = null;
    else if (this.#windowFrom === null) {
      this.#open(now);
      this.#isFirst = true;
    }
  }

  /** @returns how long so many tasks take, in milliseconds; null while nothing is known */
  msFor(tasks: number, now: number): number | null {
    this.#look(now);
    if (this.#pace === null || now - this.#measuredAt > FORGET_AFTER_MS) return null;
    return tasks / this.#pace;
  }

  #look(now: number): boolean {
    if (this.#windowFrom === null) return false;
    const passed = now - this.#windowFrom;
    if (passed < (this.#done < this.#enough() ? LONGEST_WINDOW_MS : SHORTEST_WINDOW_MS)) return false;
    const pace = this.#done / passed;
    const isFirst = this.#isFirst;
    this.#open(now);
    if (isFirst) return false;
    const isKnown = this.#pace !== null && now - this.#measuredAt <= FORGET_AFTER_MS;
    this.#pace = isKnown ? NEWEST * pace + (1 - NEWEST) * this.#pace! : pace;
    this.#measuredAt = now;
    return true;
  }

  #open(now: number): void {
    this.#windowFrom = now;
    this.#isFirst = false;
    this.#done = 0;
  }
}
