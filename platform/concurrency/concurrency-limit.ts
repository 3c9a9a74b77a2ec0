import { Fault } from '../errors.ts';
import { FairQueue } from './fair-queue.ts';
import { LoadShedding, type Queued, type SheddingOptions } from './load-shedding.ts';

export interface ConcurrencyOptions {
  /** Tasks at a time; a function where that may change. */
  readonly running: number | (() => number);
  /** Tasks of one key at a time; as many as in all, if left out. Below that, a task of another key need not wait for one of this key. */
  readonly runningPerKey?: number;
  /** Tasks that may wait in all. */
  readonly waiting: number;
  /** Tasks of one key that may wait; as many as in all, if left out. */
  readonly waitingPerKey?: number;
  /** How long a task may wait, in milliseconds, unless `run` says otherwise. */
  readonly timeoutMs: number;
  /** Of the refusal; one sentence for the caller. */
  readonly message?: string;
  /** Refuses tasks that would wait too long as soon as that is known; if left out, they wait until their time is over. */
  readonly shedding?: SheddingOptions;
}

interface Waiting extends Queued {
  readonly start: () => void;
  readonly refuse: () => void;
}

/**
 * A concurrency limit whose queue is fair between clients: waiting tasks are served round-robin by key (`clientKeyOf`), in order
 * of arrival within a key. When the queue is full, the newest task of the longest FIFO is dropped for a task of a key that has
 * fewer, so that a flood of one client takes places of that client only.
 */
export class ConcurrencyLimit {
  readonly #options: ConcurrencyOptions;
  readonly #maxRunning: () => number;
  readonly #shedding: LoadShedding | null;
  readonly #queue = new FairQueue<Waiting>();
  readonly #runningByKey = new Map<string, number>();
  #running = 0;

  constructor(options: ConcurrencyOptions) {
    const { running, shedding } = options;
    this.#options = options;
    this.#maxRunning = typeof running === 'number' ? () => running : running;
    this.#shedding = shedding ? new LoadShedding(shedding, this.#maxRunning) : null;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#queue.size;
  }

  /**
   * @param key the client that the task is for
   * @param task gets what is left of its time, in milliseconds, when it begins
   * @param timeoutMs how long it may wait
   * @throws {Fault} UNAVAILABLE with `retryAfterMs`, when the queue has no place for the key, or the task waited too long or was
   *   shed: it has not begun; and what the task throws
   */
  run<Result>(
    key: string,
    task: (leftMs: number) => Promise<Result>,
    timeoutMs = this.#options.timeoutMs,
  ): Promise<Result> {
    if (this.#running < this.#maxRunning() && this.#mayRun(key)) {
      this.#enter(key);
      return this.#perform(key, task, timeoutMs);
    }
    // Not an async function: its frame would be kept for each task in the queue.
    return this.#wait(key, timeoutMs).then((leftMs) => this.#perform(key, task, leftMs));
  }

  /** In a place that was taken for it. */
  async #perform<Result>(
    key: string,
    task: (leftMs: number) => Promise<Result>,
    leftMs: number,
  ): Promise<Result> {
    try {
      const result = await task(leftMs);
      this.#shedLate();
      return result;
    } finally {
      this.#leave(key);
    }
  }

  readonly #mayRun = (key: string): boolean =>
    (this.#runningByKey.get(key) ?? 0) < (this.#options.runningPerKey ?? Infinity);

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
    const next = this.#running < this.#maxRunning() ? this.#queue.shift(this.#mayRun) : undefined;
    if (!next) return;
    this.#taken();
    this.#enter(next.key);
    next.start();
  }

  /** @returns what is left of the time once it is served from the queue */
  #wait(key: string, timeoutMs: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#assertCapacity(key, timeoutMs);
      const since = performance.now();
      this.#shedding?.setQueued(true, since);
      const waiting: Waiting = {
        key,
        since,
        timeoutMs,
        start: () => {
          clearTimeout(timer);
          // A whole millisecond at the least, because no request can be made within none.
          resolve(Math.max(1, timeoutMs - (performance.now() - since)));
        },
        refuse: () => {
          clearTimeout(timer);
          reject(this.#refusal());
        },
      };
      const timer = setTimeout(() => this.#remove(waiting), timeoutMs);
      this.#queue.push(key, waiting);
    });
  }

  /** @throws {Fault} UNAVAILABLE when the queue has no place for the key, or the task would not begin in time */
  #assertCapacity(key: string, timeoutMs: number): void {
    const { waiting: limit, waitingPerKey = limit } = this.#options;
    if (this.#queue.lengthOf(key) >= waitingPerKey) throw this.#refusal();
    const isFull = this.#queue.size >= limit;
    // A queue shorter than the tasks that run is served within the time of one of them.
    const isLong = isFull || this.#queue.size >= this.#maxRunning();
    if (isLong && this.#shedding?.isLate(this.#queue, key, timeoutMs)) throw this.#refusal();
    if (!isFull) return;
    const dropped = this.#queue.dropForShareOf(key);
    if (!dropped) throw this.#refusal();
    dropped.refuse();
  }

  /** Refuses what would begin too late, where a task that succeeded has made that known. */
  #shedLate(): void {
    for (const waiting of this.#shedding?.lateAfterSuccess(this.#queue) ?? []) this.#remove(waiting);
  }

  #remove(waiting: Waiting): void {
    this.#queue.delete(waiting.key, waiting);
    this.#taken();
    waiting.refuse();
  }

  #taken(): void {
    if (this.#queue.size === 0) this.#shedding?.setQueued(false, performance.now());
  }

  #refusal(): Fault {
    const { message, timeoutMs } = this.#options;
    const retryAfterMs = this.#shedding?.retryAfterMs(this.#queue.size) ?? timeoutMs;
    return new Fault('UNAVAILABLE', message, { retryAfterMs });
  }
}
