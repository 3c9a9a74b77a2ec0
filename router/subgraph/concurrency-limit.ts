import { Fault } from '../../platform/errors.ts';

export interface ConcurrencyOptions {
  /** Questions under way at a time. */
  readonly running: number;
  /** Questions that wait for one of them to be answered; more are refused at once. */
  readonly waiting: number;
}

/**
 * Keeps one subgraph that is slow from taking everything: what is too much for it is refused, and what is meant for the
 * others goes on.
 */
export class ConcurrencyLimit {
  readonly #options: ConcurrencyOptions;
  /** In order of arrival. */
  readonly #waiting = new Set<() => void>();
  #running = 0;

  constructor(options: ConcurrencyOptions) {
    this.#options = options;
  }

  /**
   * @param patienceMs how long the caller waits in all, in milliseconds
   * @param task is told what is left of it
   * @throws {Fault} UNAVAILABLE when too many wait, or it was not its turn in time: then nothing was begun
   */
  async run<Result>(patienceMs: number, task: (patienceMs: number) => Promise<Result>): Promise<Result> {
    let left = patienceMs;
    if (this.#running < this.#options.running) this.#running += 1;
    else left = await this.#waitForPlace(patienceMs);
    try {
      return await task(left);
    } finally {
      this.#passPlaceOn();
    }
  }

  #waitForPlace(patienceMs: number): Promise<number> {
    if (this.#waiting.size >= this.#options.waiting) return Promise.reject(new Fault('UNAVAILABLE'));
    const since = performance.now();
    return new Promise((resolve, reject) => {
      const called = () => {
        clearTimeout(timer);
        // A whole millisecond at the least: nothing can be asked within none.
        resolve(Math.max(1, patienceMs - (performance.now() - since)));
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(called);
        reject(new Fault('UNAVAILABLE'));
      }, patienceMs);
      this.#waiting.add(called);
    });
  }

  /** To whoever waits the longest; so that nobody who comes in between takes it. */
  #passPlaceOn(): void {
    const [next] = this.#waiting;
    if (!next) {
      this.#running -= 1;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}
