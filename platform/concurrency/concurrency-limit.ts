import { Fault } from '../errors.ts';
import { FairQueue } from './fair-queue.ts';

export interface FairConcurrencyOptions {
  /** Tasks at a time. */
  readonly running: number;
  /** Tasks of one key at a time; as many as in all, if left out. Below that, a task of another key need not wait for one of this key. */
  readonly runningPerKey?: number;
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
 * A concurrency limit with load shedding, whose queue is fair between clients: waiting tasks are served round-robin by key (`clientKeyOf`), in order
 * of arrival within a key. When the queue is full, the newest task of the longest FIFO is dropped for a task of a key that has
 * fewer, so that a flood of one client takes places of that client only.
 */
export class FairConcurrencyLimit {
  readonly #options: FairConcurrencyOptions;
  readonly #queue = new FairQueue<Waiting>();
  readonly #runningByKey = new Map<string, number>();
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
    if (this.#running < this.#options.running && this.#mayRun(key)) this.#enter(key);
    else await this.#wait(key);
    try {
      return await task();
    } finally {
      this.#leave(key);
    }
  }

  readonly #mayRun = (key: string): boolean =>
    (this.#runningByKey.get(key) ?? 0) < (this.#options.runningPerKey ?? this.#options.running);

  #enter(key: string): void {
    this.#running += 1;
    this.#runningByKey.set(key, (this.#runningByKey.get(key) ?? 0) + 1);
  }

  /** Hands the place to the next task at once, so that a task that arrives in between cannot take it. */
  #leave(key: string): void {
    this.#running -= 1;
    const left = this.#runningByKey.get(key)! - 1;
    if (left > 0) this.#runningByKey.set(key, left);
    else this.#runningByKey.delete(key);
    this.#queue.shift(this.#mayRun)?.start();
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
          this.#enter(key);
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

  #refusal(): Fault {
    return new Fault('UNAVAILABLE', this.#options.message, { retryAfterMs: this.#options.timeoutMs });
  }
}
