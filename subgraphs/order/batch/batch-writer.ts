import type { Connection, Pool } from 'mysql2/promise';
import type { Logger } from '../../../platform/logger.ts';
import {
  isConnectionLost,
  isRetryableLockError,
  isReadOnly,
  mysqlRefusal,
} from '../../../platform/mysql/errors.ts';
import { inSpan } from '../../../platform/observability/current-span.ts';
import { secondsSince } from '../../../platform/observability/metrics.ts';
import { sharedSpan } from '../../../platform/observability/span.ts';
import { batchDurations, batchSizes } from './metrics.ts';
import type { OrderRepository } from '../orders/order-repository.ts';
import { findLockedStockRows, readStockRows } from '../stock/stock-repository.ts';
import { unitsOf, writtenAt, type PendingOrder } from '../orders/pending-order.ts';
import type { WriteResult } from './write-result.ts';
import { recordUnknownCommit, toWriteResult } from './own-order.ts';
import { fitByStock, fitByLimit } from './partial-fit.ts';
import { CommitOutcomeUnknown, writeOrders, type TransactionResult } from './write-orders.ts';
import { isTooOldToWrite } from '../orders/writing-time.ts';
import type { WriterConnection } from './writer-connection.ts';

export interface BatchWriterOptions {
  readonly connection: WriterConnection;
  readonly pool: Pool;
  readonly orders: OrderRepository;
  /**
   * Whether a transaction over several products waits for a stock row that is locked. Where one is expected to be locked for long,
   * the transaction must not hold the others meanwhile.
   */
  readonly waitsForStock: boolean;
  readonly logger: Logger;
}

/** Transactions in a row that give no pending order a result. */
const ATTEMPTS = 3;

/**
 * Why `write` has ended; except for `written`, the pending orders without a result are to be written again. Of two endings the one that
 * stands later here counts.
 *
 * - refused: the server refuses to write these, for a reason that may be theirs alone
 * - unavailable: the connection was lost, or the server takes no writes
 */
const ENDINGS = ['written', 'refused', 'lostRace', 'unavailable'] as const;
export type WriteEnding = (typeof ENDINGS)[number];

const worse = (one: WriteEnding, other: WriteEnding): WriteEnding =>
  ENDINGS.indexOf(one) < ENDINGS.indexOf(other) ? other : one;

/** Writes a batch of pending orders, by as many transactions as there are reasons to leave some of them out. */
export class BatchWriter {
  readonly #options: BatchWriterOptions;

  constructor(options: BatchWriterOptions) {
    this.#options = options;
  }

  get isUp(): boolean {
    return this.#options.connection.isUp;
  }

  /** Gives pending orders their results. What cannot be part of the transaction is taken out, and the rest run again. */
  async write(
    pendingOrders: readonly PendingOrder[],
    results: Map<PendingOrder, WriteResult>,
  ): Promise<WriteEnding> {
    let rest = pendingOrders;
    for (
      let failures = 0;
      rest.length > 0 && failures < ATTEMPTS;
      rest = rest.filter((one) => !results.has(one))
    ) {
      let connection: Connection | null = null;
      try {
        connection = await this.#options.connection.get();
        const progress = await this.#tryOnce(connection, rest, results);
        if (progress === 'locked') return 'lostRace';
        if (progress === 'none') failures++;
      } catch (error) {
        return this.#conclude(error, connection, rest, results);
      }
    }
    return rest.length === 0 ? 'written' : 'lostRace';
  }

  /** Never rejects. @returns those of the products whose stock rows are locked by another session; null when it is not known */
  async findLocked(productIds: readonly string[]): Promise<ReadonlySet<string> | null> {
    const { connection, logger } = this.#options;
    try {
      return await findLockedStockRows(await connection.get(), productIds);
    } catch (error) {
      connection.discard();
      logger.warn({ err: error }, 'locked stock rows could not be determined');
      return null;
    }
  }

  /** Admits nothing until another session has shown that the server takes writes. */
  refuse(): void {
    this.#options.connection.writesAreRefused();
  }

  /** Ends the session until the next batch. */
  disconnect(): void {
    this.#options.connection.endIdle();
  }

  async #tryOnce(
    connection: Connection,
    pendingOrders: readonly PendingOrder[],
    results: Map<PendingOrder, WriteResult>,
  ): Promise<'some' | 'none' | 'locked'> {
    const before = results.size;
    // Nothing is awaited between this check and the first statement: should the process freeze there, the server ends the session.
    const late = pendingOrders.filter(isTooOldToWrite);
    for (const pendingOrder of late) results.set(pendingOrder, { kind: 'tooOld' });
    if (late.length > 0) return 'some';
    const result = await this.#transact(connection, pendingOrders);
    switch (result.kind) {
      case 'committed':
        for (const pendingOrder of pendingOrders)
          results.set(pendingOrder, { kind: 'ordered', order: writtenAt(pendingOrder, result.at) });
        break;
      case 'duplicate': {
        const records = await this.#options.orders.findRecords(pendingOrders.map(({ order }) => order.id));
        // Then it is another row that is in the way.
        if (records.size === 0) throw result.cause;
        for (const pendingOrder of pendingOrders) {
          const record = records.get(pendingOrder.order.id);
          if (record) results.set(pendingOrder, toWriteResult(pendingOrder, record));
        }
        break;
      }
      case 'overLimit':
        fitByLimit(pendingOrders, result.excess, results);
        break;
      case 'notSold': {
        const products = [...unitsOf(pendingOrders).keys()];
        fitByStock(pendingOrders, await readStockRows(this.#options.pool, products), results);
        break;
      }
      case 'locked':
        return 'locked';
    }
    return results.size > before ? 'some' : 'none';
  }

  /** After an error: what follows for the pending orders of the transaction. */
  async #conclude(
    error: unknown,
    connection: Connection | null,
    rest: readonly PendingOrder[],
    results: Map<PendingOrder, WriteResult>,
  ): Promise<WriteEnding> {
    const { logger } = this.#options;
    if (error instanceof CommitOutcomeUnknown) {
      logger.warn({ err: error, size: rest.length }, 'a COMMIT was not answered');
      // Whether it landed, or will, is found out by writing the same orders again: the insert waits for the earlier transaction, whose
      // rows are there if it lands. The primary key lets only one of the two land.
      recordUnknownCommit(rest);
      await this.#endSession();
      if (isReadOnly(error.cause)) this.#options.connection.writesAreRefused();
      return 'unavailable';
    }
    if (isReadOnly(error)) {
      // It concerns every purchase: none is admitted until the server takes writes again.
      logger.error({ err: error, size: rest.length }, 'MySQL takes no writes');
      this.#options.connection.writesAreRefused();
      return 'unavailable';
    }
    const isRolledBack = await this.#rollBack(connection, error);
    if (isRetryableLockError(error)) {
      logger.info({ err: error, size: rest.length }, 'a batch lost a race for a lock');
      return 'lostRace';
    }
    if (!isRolledBack) return 'unavailable';
    const isRefused = mysqlRefusal(error) !== null;
    if (isRefused) this.#options.connection.noteRefusal();
    if (rest.length === 1 && isRefused) {
      logger.error({ err: error, orderId: rest[0]!.order.id }, 'MySQL refuses to write an order');
      return 'refused';
    }
    if (rest.length === 1) {
      logger.error({ err: error, orderId: rest[0]!.order.id }, 'an order cannot be written');
      results.set(rest[0]!, { kind: 'notWritten' });
      return 'written';
    }
    // One of them cannot be written at all. The halves find out which, so that the others are written.
    logger.error({ err: error, size: rest.length }, 'a batch holds something that cannot be written');
    const middle = Math.ceil(rest.length / 2);
    const first = await this.write(rest.slice(0, middle), results);
    // What the server refuses twice in a row it refuses to all.
    if (first === 'refused' && !rest.some((one) => results.has(one)) && middle > 1) return first;
    const second = await this.write(rest.slice(middle), results);
    return worse(first, second);
  }

  /** The transaction, seen by metrics and traces. */
  async #transact(
    connection: Connection,
    pendingOrders: readonly PendingOrder[],
  ): Promise<TransactionResult> {
    const span = sharedSpan(pendingOrders, (one) => one.span, 'mysql transaction', {
      purchases: pendingOrders.length,
    });
    const begun = performance.now();
    let outcome: string = 'failed';
    try {
      const result = await inSpan(span, () =>
        writeOrders(connection, pendingOrders, this.#options.waitsForStock),
      );
      outcome = result.kind;
      return result;
    } finally {
      batchSizes.observe(pendingOrders.length);
      batchDurations.labels(outcome).observe(secondsSince(begun));
      span.end(outcome === 'committed' ? undefined : outcome);
    }
  }

  /** @returns false when the session was lost; then it is ended at the server, so that its locks are free */
  async #rollBack(connection: Connection | null, error: unknown): Promise<boolean> {
    if (!connection) return false;
    if (!isConnectionLost(error)) {
      try {
        await connection.query('ROLLBACK');
        return true;
      } catch {
        // The session is lost as well.
      }
    }
    await this.#endSession();
    return false;
  }

  async #endSession(): Promise<void> {
    const { connection, pool } = this.#options;
    await connection.endLatest(pool).catch(() => undefined);
  }
}
