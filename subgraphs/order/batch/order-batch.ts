import type { Logger } from '../../../platform/logger.ts';
import { inSpan } from '../../../platform/observability/current-span.ts';
import { firstRecorded } from '../../../platform/observability/span.ts';
import type { BatchWriter } from './batch-writer.ts';
import type { Candidate, Verdict } from './candidate.ts';

export interface OrderBatchOptions {
  readonly writer: BatchWriter;
  /** Candidates in one transaction, at the most. */
  readonly maxBatch: number;
  /** Candidates that may wait, at the most. */
  readonly queueLimit: number;
  readonly logger: Logger;
}

interface Waiting {
  readonly candidate: Candidate;
  readonly resolve: (verdict: Verdict) => void;
}

/**
 * The one writer of this process: everything that was admitted while a transaction ran goes into the next one. Alone, a
 * purchase waits for nobody; the more there are, the less of a COMMIT each of them costs.
 */
export class OrderBatch {
  readonly #options: OrderBatchOptions;
  readonly #waiting: Waiting[] = [];
  #underWay = 0;
  #running: Promise<void> | null = null;

  constructor(options: OrderBatchOptions) {
    this.#options = options;
  }

  /** Candidates that wait or are being written. */
  get size(): number {
    return this.#waiting.length + this.#underWay;
  }

  /** Ask before admission: after it there is no refusing for want of room, or of a database. */
  get hasRoom(): boolean {
    return this.#options.writer.isUp && this.size < this.#options.queueLimit;
  }

  /** Never rejects. */
  submit(candidate: Candidate): Promise<Verdict> {
    return new Promise((resolve) => {
      this.#waiting.push({ candidate, resolve });
      this.#running ??= this.#run();
    });
  }

  /** Resolves once everything that was submitted has its verdict. */
  async drain(): Promise<void> {
    while (this.#running) await this.#running;
  }

  async #run(): Promise<void> {
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#takeBatch();
      this.#underWay = batch.length;
      const verdicts = new Map<Candidate, Verdict>();
      try {
        const candidates = batch.map(({ candidate }) => candidate);
        await inSpan(
          firstRecorded(candidates, ({ span }) => span),
          () => this.#options.writer.write(candidates, verdicts),
        );
      } catch (error) {
        this.#options.logger.error({ err: error }, 'a batch failed');
      }
      for (const { candidate, resolve } of batch) resolve(verdicts.get(candidate) ?? { kind: 'failed' });
      this.#underWay = 0;
    }
    this.#running = null;
  }

  /** In order of arrival; of a product only one epoch, and of an order only one candidate. The others are next. */
  #takeBatch(): Waiting[] {
    const epochs = new Map<string, number>();
    const orderIds = new Set<string>();
    const batch: Waiting[] = [];
    for (let i = 0; i < this.#waiting.length && batch.length < this.#options.maxBatch;) {
      const { order } = this.#waiting[i]!.candidate;
      const belongs =
        !orderIds.has(order.id) &&
        order.items.every(({ productId, epoch }) => (epochs.get(productId) ?? epoch) === epoch);
      if (!belongs) {
        i++;
        continue;
      }
      orderIds.add(order.id);
      for (const { productId, epoch } of order.items) epochs.set(productId, epoch);
      batch.push(...this.#waiting.splice(i, 1));
    }
    return batch;
  }
}
