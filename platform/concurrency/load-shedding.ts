import { Fault } from '../errors.ts';
import { FairQueue } from './fair-queue.ts';
import { ThroughputEstimator } from './throughput.ts';

export interface ConcurrencyOptions {
  /** @returns how many requests may be in progress at a time */
  readonly running: () => number;
  /** Requests in the queue, at the most; more are shed at once. */
  readonly waiting: number;
}

/** Of the caller's remaining time, the part that a request may spend in the queue; the rest is for the response. */
const QUEUE_SHARE = 0.8;
/** Bounds of `retryAfterMs`, in milliseconds, whatever the queue. */
const LONGEST_RETRY_AFTER_MS = 10_000;
const SHORTEST_RETRY_AFTER_MS = 250;

interface Waiting {
  readonly client: string;
  readonly called: () => void;
  readonly refused: (fault: Fault) => void;
  /** When it must have left the queue, by `performance.now()`. */
  readonly until: number;
}

/**
 * A concurrency limit with an adaptive queue and load shedding, so that one slow subgraph does not use up the router. A request is rejected
 * if its estimated queueing time exceeds 80 % of its remaining time; the estimate comes from measured throughput. A rejection carries the
 * time in which the queue will be served.
 *
 * The queue is fair between clients (`FairQueue`): a client that sends a thousand requests delays another one by one request in each turn.
 * Where each client has one request, that is the order of arrival.
 */
export class ConcurrencyLimit {
  readonly #options: ConcurrencyOptions;
  readonly #waiting = new FairQueue<Waiting>();
  readonly #throughput: ThroughputEstimator;
  #running = 0;

  constructor(options: ConcurrencyOptions) {
    this.#options = options;
    this.#throughput = new ThroughputEstimator(options.running);
  }

  /**
   * @param client `clientKeyOf` the caller
   * @param remainingMs how long the caller waits in all, in milliseconds
   * @param task is given what is left of it
   * @throws {Fault} UNAVAILABLE, with `retryAfterMs`, when it is shed, or was not served in time: the task was not begun
   */
  async run<Result>(
    client: string,
    remainingMs: number,
    task: (leftMs: number) => Promise<Result>,
  ): Promise<Result> {
    let left = remainingMs;
    if (this.#running < this.#options.running()) this.#running += 1;
    else left = await this.#enqueue(client, remainingMs);
    try {
      const result = await task(left);
      if (this.#throughput.record(performance.now())) this.#shedExpired();
      return result;
    } finally {
      this.#passPlaceOn();
    }
  }

  /** @throws {Fault} UNAVAILABLE when the request would not be sent in time, or the queue has no place for the client */
  #assertCapacity(client: string, remainingMs: number): void {
    const isFull = this.#waiting.size >= this.#options.waiting;
    if (!isFull && this.#waiting.size < this.#options.running()) return;
    // Each other client is served so often at the most before this request.
    const turns = this.#waiting.lengthOf(client) + 1;
    const ahead = Math.min(this.#waiting.size, this.#waiting.keys * turns);
    const waitMs = this.#throughput.msFor(ahead, performance.now());
    if (waitMs !== null && waitMs > remainingMs * QUEUE_SHARE) throw this.#refusal();
    if (!isFull) return;
    const dropped = this.#waiting.dropForShareOf(client);
    if (!dropped) throw this.#refusal();
    dropped.refused(this.#refusal());
  }

  async #enqueue(client: string, remainingMs: number): Promise<number> {
    this.#assertCapacity(client, remainingMs);
    const since = performance.now();
    this.#throughput.setQueued(true, since);
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        client,
        until: since + remainingMs * QUEUE_SHARE,
        called: () => {
          clearTimeout(timer);
          // A whole millisecond at the least, because no request can be made within none.
          resolve(Math.max(1, remainingMs - (performance.now() - since)));
        },
        refused: (fault) => {
          clearTimeout(timer);
          reject(fault);
        },
      };
      const timer = setTimeout(() => {
        this.#leave(waiting);
        reject(this.#refusal());
      }, remainingMs);
      this.#waiting.push(client, waiting);
    });
  }

  /** Directly to the next one, so that a request that arrives in between cannot take the place. */
  #passPlaceOn(): void {
    const next = this.#running > this.#options.running() ? undefined : this.#waiting.shift();
    if (!next) {
      this.#running -= 1;
      return;
    }
    this.#left();
    next.called();
  }

  /** Load shedding: rejects the queued requests that would miss their deadline, as soon as that is known. Their tasks were not begun. */
  #shedExpired(): void {
    const now = performance.now();
    const msForOne = this.#throughput.msFor(1, now) ?? 0;
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
    if (this.#waiting.size === 0) this.#throughput.setQueued(false, performance.now());
  }

  #refusal(): Fault {
    const waitMs = this.#throughput.msFor(this.#waiting.size, performance.now()) ?? 1_000;
    const retryAfterMs = Math.min(Math.max(waitMs, SHORTEST_RETRY_AFTER_MS), LONGEST_RETRY_AFTER_MS);
    return new Fault('UNAVAILABLE', undefined, { retryAfterMs: Math.round(retryAfterMs) });
  }
}
