import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'mysql2/promise';
import type { Logger } from '../../../platform/logger.ts';
import { isConnectionLost, isLostRace } from '../../../platform/mysql/errors.ts';
import { jitter } from '../../../platform/mysql/transaction.ts';
import { secondsSince } from '../../../platform/observability/metrics.ts';
import { sharedSpan } from '../../../platform/observability/span.ts';
import { batchDurations, batchSizes } from '../metrics.ts';
import type { OrderRepository } from '../orders/order-repository.ts';
import { readStockRows } from '../stock/stock-repository.ts';
import type { Candidate, Verdict } from './candidate.ts';
import { isOwnOrder } from './own-order.ts';
import { fitByStock, fitByLimit } from './partial-fit.ts';
import type { Tombstones } from './tombstones.ts';
import { CommitUnanswered, writeOrders, type WriteResult } from './write-orders.ts';
import type { WriterConnection } from './writer-connection.ts';

export interface OrderBatchOptions {
  readonly connection: WriterConnection;
  readonly pool: Pool;
  readonly orders: OrderRepository;
  readonly tombstones: Tombstones;
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

const ATTEMPTS = 3;

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

  /** Ask before admission: after it there is no refusing for want of room. */
  get hasRoom(): boolean {
    return this.size < this.#options.queueLimit;
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
        await this.#write(
          batch.map(({ candidate }) => candidate),
          verdicts,
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

  /** Gives each candidate its verdict. What cannot be part of the transaction is taken out and the rest run again. */
  async #write(candidates: readonly Candidate[], verdicts: Map<Candidate, Verdict>): Promise<void> {
    let rest = candidates;
    for (
      let failures = 0;
      rest.length > 0 && failures < ATTEMPTS;
      rest = rest.filter((one) => !verdicts.has(one))
    ) {
      try {
        failures += await this.#tryOnce(rest, verdicts);
      } catch (error) {
        if (error instanceof CommitUnanswered) {
          await this.#resolve(rest, verdicts);
          return;
        }
        await this.#abort(error);
        failures++;
        if (isLostRace(error) || isConnectionLost(error)) {
          await sleep(jitter(failures));
        } else if (rest.length > 1) {
          // One of them cannot be written at all. The others must not suffer for it.
          this.#options.logger.error(
            { err: error, size: rest.length },
            'a batch holds something that cannot be written',
          );
          const middle = Math.ceil(rest.length / 2);
          await this.#write(rest.slice(0, middle), verdicts);
          await this.#write(rest.slice(middle), verdicts);
        } else {
          this.#options.logger.error(
            { err: error, orderId: rest[0]!.order.id },
            'an order cannot be written',
          );
          return;
        }
      }
    }
  }

  /** @returns 1 when nothing was decided, which must not go on for ever; else 0 */
  async #tryOnce(candidates: readonly Candidate[], verdicts: Map<Candidate, Verdict>): Promise<0 | 1> {
    const before = verdicts.size;
    const result = await this.#transact(candidates);
    switch (result.kind) {
      case 'committed':
        for (const candidate of candidates) verdicts.set(candidate, { kind: 'ordered' });
        break;
      case 'duplicate': {
        const records = await this.#options.orders.findRecords(candidates.map(({ order }) => order.id));
        for (const candidate of candidates) {
          const record = records.get(candidate.order.id);
          if (record) verdicts.set(candidate, { kind: 'exists', record });
        }
        break;
      }
      case 'overLimit':
        fitByLimit(candidates, result.excess, verdicts);
        break;
      case 'notSold': {
        const products = [
          ...new Set(candidates.flatMap(({ order }) => order.items.map((item) => item.productId))),
        ];
        fitByStock(candidates, await readStockRows(this.#options.pool, products), verdicts);
        break;
      }
    }
    return verdicts.size > before ? 0 : 1;
  }

  /** The transaction, seen by metrics and traces. */
  async #transact(candidates: readonly Candidate[]): Promise<WriteResult> {
    const connection = await this.#options.connection.get();
    const span = sharedSpan(candidates, (one) => one.span, 'mysql transaction', {
      purchases: candidates.length,
    });
    const begun = performance.now();
    let outcome: string = 'failed';
    try {
      const result = await writeOrders(connection, candidates);
      outcome = result.kind;
      return result;
    } finally {
      batchSizes.observe(candidates.length);
      batchDurations.labels(outcome).observe(secondsSince(begun));
      span.end(outcome === 'committed' ? undefined : outcome);
    }
  }

  /** After a failed statement: rolled back, or given up together with its connection. */
  async #abort(error: unknown): Promise<void> {
    const { connection } = this.#options;
    if (!isConnectionLost(error)) {
      try {
        await (await connection.get()).query('ROLLBACK');
        return;
      } catch {
        // Then it is lost after all.
      }
    }
    await this.#endSession();
  }

  /** The server may not have noticed that we are gone: its end of the session holds row locks until it does. */
  async #endSession(): Promise<void> {
    const { connection, pool } = this.#options;
    const threadId = connection.threadId;
    connection.discard();
    if (threadId === null) return;
    await pool.query('KILL CONNECTION ?', [threadId]).catch(() => undefined);
  }

  /** After a lost COMMIT only a tombstone tells: it waits for the truth. */
  async #resolve(candidates: readonly Candidate[], verdicts: Map<Candidate, Verdict>): Promise<void> {
    this.#options.logger.warn({ size: candidates.length }, 'a COMMIT was not answered');
    await this.#endSession();
    await Promise.all(
      candidates.map(async (candidate) => {
        const { id, userId } = candidate.order;
        try {
          const record = await this.#options.tombstones.settle({ orderId: id, userId });
          verdicts.set(
            candidate,
            isOwnOrder(candidate, record) ? { kind: 'ordered' } : { kind: 'exists', record },
          );
        } catch (error) {
          this.#options.logger.warn(
            { err: error, orderId: id },
            'the outcome of a COMMIT could not be learnt',
          );
          verdicts.set(candidate, { kind: 'unknown' });
        }
      }),
    );
  }
}
