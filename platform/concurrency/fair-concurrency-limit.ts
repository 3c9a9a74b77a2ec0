import { Fault } from '../errors.ts';
import { FairQueue } from './fair-queue.ts';

export interface FairConcurrencyOptions {
  /** Tasks at a time. */
  readonly running: number;
  /** Tasks that may wait in all. */
  readonly waiting: number;
  /** Tasks of one key that may wait; as many as in all, if left out. */
  readonly waitingPerKey?: number;
  /** How long a task may wait, in milliseconds. */
  readonly timeoutMs: number;
  /** Of the refusal; one sentence for the caller. */
  readonly message?: string;
}

interface Waiting {
  readonly start: () => void;
  readonly refuse: () => void;
}

/**
 * A concurrency limit whose queue is fair between clients: waiting tasks are served round-robin by key (`clientKeyOf`), in order
 * of arrival within a key. When the queue is full, the newest task of the longest FIFO is dropped for a task of a key that has
 * fewer, so that a flood of one client takes places of that client only.
 */
export class FairConcurrencyLimit {
  readonly #options: FairConcurrencyOptions;
  readonly #queue = new FairQueue<Waiting>();
  #running = 0;

  constructor(options: FairConcurrencyOptions) {
    this.#options = options;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#queue.size;
  }

  /**
   * @param key the client that the task is for
   * @throws {Fault} UNAVAILABLE with `retryAfterMs`, when the queue has no place for the key or the task waited too long: the
   *   task has not begun; and what the task throws
   */
  async run<Result>(key: string, task: () => Promise<Result>): Promise<Result> {
    if (this.#running < this.#options.running) this.#running += 1;
    else await this.#wait(key);
    try {
      return await task();
    } finally {
      this.#release();
    }
  }

  #wait(key: string): Promise<void> {
    const { waiting: limit, waitingPerKey = limit, timeoutMs } = this.#options;
    if (this.#queue.lengthOf(key) >= waitingPerKey) throw this.#refusal();
    if (this.#queue.size >= limit) {
      const dropped = this.#queue.dropForShareOf(key);
      if (!dropped) throw this.#refusal();
      dropped.refuse();
    }
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        start: () => {
          clearTimeout(timer);
          resolve();
        },
        refuse: () => {
          clearTimeout(timer);
          reject(this.#refusal());
        },
      };
      const timer = setTimeout(() => {
        this.#queue.delete(key, waiting);
        waiting.refuse();
      }, timeoutMs);
      this.#queue.push(key, waiting);
    });
  }

  /** Hands the place to the next task, so that a task that arrives in between cannot take it. */
  #release(): void {
    const next = this.#queue.shift();
    if (next) next.start();
    else this.#running -= 1;
  }

  #refusal(): Fault {
    return new Fault('UNAVAILABLE', this.#options.message, { retryAfterMs: this.#options.timeoutMs });
  }
}
