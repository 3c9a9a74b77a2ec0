import type { FairQueue } from './fair-queue.ts';
import { ThroughputEstimator } from './throughput.ts';

export interface SheddingOptions {
  /** Of a task's time, the part that it may spend in the queue; the rest is for its work. */
  readonly queueShare: number;
  /** Bounds of the `retryAfterMs` of a refusal, in milliseconds, whatever the queue; and what it is while throughput is not known. */
  readonly retryAfterMs: { readonly least: number; readonly most: number; readonly unknown: number };
}

/** A task that waits. */
export interface Queued {
  readonly key: string;
  /** When it arrived, by `performance.now()`. */
  readonly since: number;
  /** How long it may wait in all, in milliseconds. */
  readonly timeoutMs: number;
}

/**
 * Load shedding by estimate, on top of a concurrency limit: a task whose estimated queueing time exceeds its share of the remaining time is
 * refused, when it arrives or as soon as that is known. The estimate comes from measured throughput. A refusal carries the time in
 * which the queue will be served.
 */
export class LoadShedding {
  readonly #options: SheddingOptions;
  readonly #throughput: ThroughputEstimator;

  /** @param running how many tasks run at a time */
  constructor(options: SheddingOptions, running: () => number) {
    this.#options = options;
    this.#throughput = new ThroughputEstimator(running);
  }

  /** From now on there is a queue, or none. */
  setQueued(isThere: boolean, now: number): void {
    this.#throughput.setQueued(isThere, now);
  }

  /** Whether a task that arrives now would begin too late. */
  isLate(queue: FairQueue<Queued>, key: string, timeoutMs: number): boolean {
    // Each other client is served so often at the most before this task.
    const turns = queue.lengthOf(key) + 1;
    const ahead = Math.min(queue.size, queue.keys * turns);
    const waitMs = this.#throughput.msFor(ahead, performance.now()) ?? 0;
    return waitMs > timeoutMs * this.#options.queueShare;
  }

  /** To be called when a task has succeeded. @returns the waiting tasks that would begin too late; none without a new estimate */
  lateAfterSuccess<Task extends Queued>(queue: FairQueue<Task>): Task[] {
    const now = performance.now();
    if (!this.#throughput.record(now)) return [];
    const msForOne = this.#throughput.msFor(1, now) ?? 0;
    let turn = now;
    return Array.from(queue, ([, task]) => task).filter(({ since, timeoutMs }) => {
      const isLate = turn + msForOne > since + timeoutMs * this.#options.queueShare;
      if (!isLate) turn += msForOne;
      return isLate;
    });
  }

  /** @returns the time in which the queue will be served, in milliseconds */
  retryAfterMs(queued: number): number {
    const { least, most, unknown } = this.#options.retryAfterMs;
    const waitMs = this.#throughput.msFor(queued, performance.now()) ?? unknown;
    return Math.round(Math.min(Math.max(waitMs, least), most));
  }
}
