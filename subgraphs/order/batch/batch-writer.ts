import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection, Pool } from 'mysql2/promise';
import type { Logger } from '../../../platform/logger.ts';
import { isConnectionLost, isLostRace, isWriteRefused } from '../../../platform/mysql/errors.ts';
import { jitter } from '../../../platform/mysql/transaction.ts';
import { inSpan } from '../../../platform/observability/current-span.ts';
import { secondsSince } from '../../../platform/observability/metrics.ts';
import { sharedSpan } from '../../../platform/observability/span.ts';
import { batchDurations, batchSizes } from '../metrics.ts';
import type { OrderRepository } from '../orders/order-repository.ts';
import { readStockRows } from '../stock/stock-repository.ts';
import { writtenAt, type Candidate, type Verdict } from './candidate.ts';
import { ownOrder } from './own-order.ts';
import { fitByStock, fitByLimit } from './partial-fit.ts';
import type { Tombstones } from './tombstones.ts';
import { CommitUnanswered, writeOrders, type WriteResult } from './write-orders.ts';
import { isTooOldToWrite } from './writing-time.ts';
import type { WriterConnection } from './writer-connection.ts';

export interface BatchWriterOptions {
  readonly connection: WriterConnection;
  readonly pool: Pool;
  readonly orders: OrderRepository;
  readonly tombstones: Tombstones;
  readonly logger: Logger;
}

const ATTEMPTS = 3;

/** Writes a batch of candidates, by as many transactions as it takes, until it is known of each what became of it. */
export class BatchWriter {
  readonly #options: BatchWriterOptions;

  constructor(options: BatchWriterOptions) {
    this.#options = options;
  }

  get isUp(): boolean {
    return this.#options.connection.isUp;
  }

  /**
   * Gives candidates their verdicts. What cannot be part of the transaction is taken out and the rest run again. Those without
   * a verdict in the end were not written, for want of luck or of a database.
   */
  async write(candidates: readonly Candidate[], verdicts: Map<Candidate, Verdict>): Promise<void> {
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
          await this.#resolve(rest, verdicts, error);
          return;
        }
        if (isWriteRefused(error)) {
          // Everybody's trouble: nobody is admitted until it is over.
          this.#options.logger.error({ err: error, size: rest.length }, 'MySQL takes no writes');
          this.#options.connection.writesAreRefused();
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
          await this.write(rest.slice(0, middle), verdicts);
          await this.write(rest.slice(middle), verdicts);
          return;
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
    const connection = await this.#options.connection.get();
    // Nothing is awaited between this look and the first statement: should the process freeze there, the server ends the session.
    const late = candidates.filter(isTooOldToWrite);
    for (const candidate of late) verdicts.set(candidate, { kind: 'failed' });
    if (late.length > 0) return 0;
    const result = await this.#transact(connection, candidates);
    switch (result.kind) {
      case 'committed':
        for (const candidate of candidates)
          verdicts.set(candidate, { kind: 'ordered', order: writtenAt(candidate, result.at) });
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
  async #transact(connection: Connection, candidates: readonly Candidate[]): Promise<WriteResult> {
    const span = sharedSpan(candidates, (one) => one.span, 'mysql transaction', {
      purchases: candidates.length,
    });
    const begun = performance.now();
    let outcome: string = 'failed';
    try {
      const result = await inSpan(span, () => writeOrders(connection, candidates));
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

  async #endSession(): Promise<void> {
    const { connection, pool } = this.#options;
    await connection.endLatest(pool).catch(() => undefined);
  }

  /** After a lost COMMIT only a tombstone tells: it waits for the truth. */
  async #resolve(
    candidates: readonly Candidate[],
    verdicts: Map<Candidate, Verdict>,
    error: CommitUnanswered,
  ): Promise<void> {
    this.#options.logger.warn({ err: error, size: candidates.length }, 'a COMMIT was not answered');
    await this.#endSession();
    if (isWriteRefused(error.cause)) this.#options.connection.writesAreRefused();
    await Promise.all(
      candidates.map(async (candidate) => {
        const { id, userId } = candidate.order;
        try {
          const record = await this.#options.tombstones.settle({ orderId: id, userId });
          const order = ownOrder(candidate, record);
          verdicts.set(candidate, order ? { kind: 'ordered', order } : { kind: 'exists', record });
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
