import type { BatchWriter } from './batch-writer.ts';

interface Waiting {
  readonly losses: number;
  readonly resolve: (writer: BatchWriter) => void;
}

/** Of the writers, so many are given only to queues that have lost nothing: each of the others may take one for as long as it waits for a lock. */
const KEPT = 1;

/** Writers that queues share. Those that have lost fewer races come first. */
export class WriterPool {
  readonly #kept: number;
  readonly #free: BatchWriter[];
  /** In the order in which they get a writer. */
  readonly #waiting: Waiting[] = [];

  constructor(writers: readonly BatchWriter[]) {
    this.#free = [...writers];
    this.#kept = Math.max(0, Math.min(KEPT, writers.length - 1));
  }

  take(losses: number): Promise<BatchWriter> {
    return new Promise((resolve) => {
      const behind = this.#waiting.findIndex((one) => one.losses > losses);
      this.#waiting.splice(behind < 0 ? this.#waiting.length : behind, 0, { losses, resolve });
      this.#assign();
    });
  }

  release(writer: BatchWriter): void {
    this.#free.push(writer);
    this.#assign();
  }

  /** Ends the sessions that no queue uses. */
  disconnect(): void {
    for (const writer of this.#free) writer.disconnect();
  }

  #assign(): void {
    for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
      if (this.#free.length <= (next.losses > 0 ? this.#kept : 0)) return;
      this.#waiting.shift();
      next.resolve(this.#free.pop()!);
    }
  }
}
