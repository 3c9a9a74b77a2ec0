import { Fault } from '../../platform/errors.ts';
import { Pace } from './pace.ts';

export interface ConcurrencyOptions {
  /** @returns how many questions may be under way at a time */
  readonly running: () => number;
  /** Questions that wait for one of them to be answered, at the most; more are refused at once. */
  readonly waiting: number;
}

/** Of the caller's patience, the part that may go by before its turn; the rest is for the answer. */
const SHARE_OF_PATIENCE = 0.8;
/** A client that is told to come back does so within this time, in milliseconds, whatever the queue. */
const LONGEST_RETRY_AFTER_MS = 10_000;
const SHORTEST_RETRY_AFTER_MS = 250;

interface Waiting {
  readonly called: () => void;
  readonly refused: (fault: Fault) => void;
  /** When its turn must have come, by `performance.now()`. */
  readonly until: number;
}

/**
 * Keeps one subgraph that is slow from taking everything: what is too much for it is refused, and what is meant for the
 * others goes on. Too much is whoever would wait in vain: the line is as long as what is done in the time that callers have, which
 * is found out while there is one. Whoever is refused is told when the line will be gone.
 */
export class ConcurrencyLimit {
  readonly #options: ConcurrencyOptions;
  /** In order of arrival. */
  readonly #waiting = new Set<Waiting>();
  readonly #pace: Pace;
  #running = 0;

  constructor(options: ConcurrencyOptions) {
    this.#options = options;
    this.#pace = new Pace(options.running);
  }

  /**
   * @param patienceMs how long the caller waits in all, in milliseconds
   * @param task is told what is left of it
   * @throws {Fault} UNAVAILABLE, with `retryAfterMs`, when too many wait, or it was not its turn in time: nothing was begun
   */
  async run<Result>(patienceMs: number, task: (patienceMs: number) => Promise<Result>): Promise<Result> {
    let left = patienceMs;
    if (this.#running < this.#options.running()) this.#running += 1;
    else left = await this.#waitForPlace(patienceMs);
    try {
      const result = await task(left);
      if (this.#pace.note(performance.now())) this.#sendAwayInVain();
      return result;
    } finally {
      this.#passPlaceOn();
    }
  }

  /** @throws {Fault} UNAVAILABLE where `run` would */
  assertRoom(patienceMs: number): void {
    const running = this.#options.running();
    if (this.#running < running || this.#waiting.size < Math.min(running, this.#options.waiting)) return;
    const waitMs = this.#pace.msFor(this.#waiting.size, performance.now());
    const isInVain = waitMs !== null && waitMs > patienceMs * SHARE_OF_PATIENCE;
    if (isInVain || this.#waiting.size >= this.#options.waiting) throw this.#refusal();
  }

  async #waitForPlace(patienceMs: number): Promise<number> {
    this.assertRoom(patienceMs);
    const since = performance.now();
    this.#pace.queue(true, since);
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        until: since + patienceMs * SHARE_OF_PATIENCE,
        called: () => {
          clearTimeout(timer);
          // A whole millisecond at the least: nothing can be asked within none.
          resolve(Math.max(1, patienceMs - (performance.now() - since)));
        },
        refused: (fault) => {
          clearTimeout(timer);
          reject(fault);
        },
      };
      const timer = setTimeout(() => {
        this.#leave(waiting);
        reject(this.#refusal());
      }, patienceMs);
      this.#waiting.add(waiting);
    });
  }

  /** To whoever waits the longest; so that nobody who comes in between takes it. */
  #passPlaceOn(): void {
    const [next] = this.#waiting;
    if (!next || this.#running > this.#options.running()) {
      this.#running -= 1;
      return;
    }
    this.#leave(next);
    next.called();
  }

  /** Whoever will not have their turn in time is better told now: nothing of theirs was begun. */
  #sendAwayInVain(): void {
    const now = performance.now();
    const msForOne = this.#pace.msFor(1, now) ?? 0;
    let turn = now;
    for (const waiting of this.#waiting) {
      if (turn + msForOne <= waiting.until) turn += msForOne;
      else {
        this.#leave(waiting);
        waiting.refused(this.#refusal());
      }
    }
  }

  #leave(waiting: Waiting): void {
    this.#waiting.delete(waiting);
    if (this.#waiting.size === 0) this.#pace.queue(false, performance.now());
  }

  #refusal(): Fault {
    const waitMs = this.#pace.msFor(this.#waiting.size, performance.now()) ?? 1_000;
    const retryAfterMs = Math.min(Math.max(waitMs, SHORTEST_RETRY_AFTER_MS), LONGEST_RETRY_AFTER_MS);
    return new Fault('UNAVAILABLE', undefined, { retryAfterMs: Math.round(retryAfterMs) });
  }
}
