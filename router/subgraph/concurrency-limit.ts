import { Fault } from '../../platform/errors.ts';
import { FairQueue } from '../../platform/concurrency/fair-queue.ts';
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
  readonly client: string;
  readonly called: () => void;
  readonly refused: (fault: Fault) => void;
  /** When its turn must have come, by `performance.now()`. */
  readonly until: number;
}

/**
 * Keeps one subgraph that is slow from taking everything: what is too much for it is refused, and what is meant for the
 * others goes on. Too much is whoever would wait in vain: the line is as long as what is done in the time that callers have, which
 * is found out while there is one. Whoever is refused is told when the line will be gone.
 *
 * The queue is fair between clients (`FairQueue`): a client that sends a thousand delays another one by one question in each turn. Where
 * each has one question, as in a rush, that is the order of arrival.
 */
export class ConcurrencyLimit {
  readonly #options: ConcurrencyOptions;
  readonly #waiting = new FairQueue<Waiting>();
  readonly #pace: Pace;
  #running = 0;

  constructor(options: ConcurrencyOptions) {
    this.#options = options;
    this.#pace = new Pace(options.running);
  }

  /**
   * @param client `clientKeyOf` the caller
   * @param patienceMs how long the caller waits in all, in milliseconds
   * @param task is told what is left of it
   * @throws {Fault} UNAVAILABLE, with `retryAfterMs`, when too many wait, or it was not its turn in time: nothing was begun
   */
  async run<Result>(
    client: string,
    patienceMs: number,
    task: (patienceMs: number) => Promise<Result>,
  ): Promise<Result> {
    let left = patienceMs;
    if (this.#running < this.#options.running()) this.#running += 1;
    else left = await this.#waitForPlace(client, patienceMs);
    try {
      const result = await task(left);
      if (this.#pace.note(performance.now())) this.#sendAwayInVain();
      return result;
    } finally {
      this.#passPlaceOn();
    }
  }

  /** @throws {Fault} UNAVAILABLE when the question would not be sent in time, or the queue has no place for the client */
  #assertCapacity(client: string, patienceMs: number): void {
    const isFull = this.#waiting.size >= this.#options.waiting;
    if (!isFull && this.#waiting.size < this.#options.running()) return;
    // Each other client is served so often at the most before the turn of this question.
    const turns = this.#waiting.lengthOf(client) + 1;
    const ahead = Math.min(this.#waiting.size, this.#waiting.keys * turns);
    const waitMs = this.#pace.msFor(ahead, performance.now());
    if (waitMs !== null && waitMs > patienceMs * SHARE_OF_PATIENCE) throw this.#refusal();
    if (!isFull) return;
    const dropped = this.#waiting.dropForShareOf(client);
    if (!dropped) throw this.#refusal();
    dropped.refused(this.#refusal());
  }

  async #waitForPlace(client: string, patienceMs: number): Promise<number> {
    this.#assertCapacity(client, patienceMs);
    const since = performance.now();
    this.#pace.queue(true, since);
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        client,
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
      this.#waiting.push(client, waiting);
    });
  }

  /** Directly to the next one, so that a question that arrives in between cannot take the place. */
  #passPlaceOn(): void {
    const next = this.#running > this.#options.running() ? undefined : this.#waiting.shift();
    if (!next) {
      this.#running -= 1;
      return;
    }
    this.#left();
    next.called();
  }

  /** Whoever will not have their turn in time is better told now: nothing of theirs was begun. */
  #sendAwayInVain(): void {
    const now = performance.now();
    const msForOne = this.#pace.msFor(1, now) ?? 0;
    let turn = now;
    for (const [, waiting] of this.#waiting) {
      if (turn + msForOne <= waiting.until) turn += msForOne;
      else {
        this.#leave(waiting);
        waiting.refused(this.#refusal());
      }
    }
  }

  #leave(waiting: Waiting): void {
    this.#waiting.delete(waiting.client, waiting);
    this.#left();
  }

  #left(): void {
    if (this.#waiting.size === 0) this.#pace.queue(false, performance.now());
  }

  #refusal(): Fault {
    const waitMs = this.#pace.msFor(this.#waiting.size, performance.now()) ?? 1_000;
    const retryAfterMs = Math.min(Math.max(waitMs, SHORTEST_RETRY_AFTER_MS), LONGEST_RETRY_AFTER_MS);
    return new Fault('UNAVAILABLE', undefined, { retryAfterMs: Math.round(retryAfterMs) });
  }
}
