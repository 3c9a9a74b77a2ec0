import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../../platform/logger.ts';
import { jitter } from '../../../platform/mysql/transaction.ts';
import type { Reservation } from '../stock/stock-outcomes.ts';
import { BatchQueue, type Waiting } from './batch-queue.ts';
import type { BatchWriter } from './batch-writer.ts';
import { BlockedProducts } from './blocked-products.ts';
import type { PendingOrder } from '../orders/pending-order.ts';
import type { WriteResult } from './write-result.ts';
import { writeBatch, type BatchResult } from './write-batch.ts';

export interface OrderBatchOptions {
  readonly writer: BatchWriter;
  /** Writers for products that are blocked, each with a connection of its own. */
  readonly writersForBlocked: readonly BatchWriter[];
  /** Pending orders in one transaction, at the most. */
  readonly maxBatch: number;
  /** Pending orders that may wait, at the most. */
  readonly queueLimit: number;
  /** Postpones the due time of reservations. */
  readonly renew: (reservations: readonly Reservation[]) => Promise<void>;
  readonly logger: Logger;
}

/** Of all pending orders that may wait: for one blocked product, and for all of them. */
const SHARE_OF_A_BLOCKED_PRODUCT = 0.1;
const SHARE_OF_BLOCKED_PRODUCTS = 0.5;
/** Milliseconds between two attempts at a server that cannot be reached or takes no writes. */
const UNAVAILABLE_PAUSE_MS = 100;
/** So often in a row a batch may fail on a server that is up before its pending orders are written in separate queues. */
const FAILURES = 3;
/** Product ids in one line of the log, at the most. */
const LOGGED_PRODUCTS = 10;
/** How long `drain` retries what cannot be written at once, in milliseconds. */
const DRAIN_MS = 3_000;

/**
 * The main writer of this process: everything that was admitted while a transaction ran goes into the next one. A single purchase does
 * not wait for a batch to fill; the more there are, the less of a COMMIT each of them costs.
 *
 * A pending order without a result keeps its place, also where its COMMIT was not answered: after a lost race for a lock in a queue of its products
 * (`BlockedProducts`), and while MySQL is unavailable at the head of this one. Its reservation is renewed meanwhile.
 */
export class OrderBatch {
  readonly #options: OrderBatchOptions;
  readonly #queue = new BatchQueue();
  readonly #blocked: BlockedProducts;
  #underWay: readonly Waiting[] = [];
  #running: Promise<void> | null = null;
  /** Batches in a row that left pending orders unwritten. */
  #failures = 0;
  /** From then on what cannot be written is not retried, of `performance.now()`. */
  #retriesEndAt = Number.POSITIVE_INFINITY;

  constructor(options: OrderBatchOptions) {
    this.#options = options;
    this.#blocked = new BlockedProducts({
      writers: options.writersForBlocked,
      maxBatch: options.maxBatch,
      mayAbort: () => performance.now() > this.#retriesEndAt,
      onFree: (waiting) => {
        this.#queue.putBack(waiting);
        this.#start();
      },
      logger: options.logger,
    });
  }

  /** Pending orders that wait or are being written. */
  get size(): number {
    return this.#queue.size + this.#underWay.length + this.#blocked.size;
  }

  /** Pending orders that wait for blocked products. */
  get blocked(): number {
    return this.#blocked.size;
  }

  /** Load shedding, to be checked before admission: after it there is none. */
  get hasCapacity(): boolean {
    const { writer, queueLimit } = this.#options;
    return writer.isUp && this.#blocked.isUp && this.size < queueLimit;
  }

  /** The same for purchases of these products: those that wait for a blocked one must not take the capacity from all others. */
  hasCapacityFor(productIds: readonly string[]): boolean {
    const { queueLimit } = this.#options;
    const waiting = Math.max(...productIds.map((productId) => this.#blocked.sizeOf(productId)));
    return (
      waiting === 0 ||
      (!this.#blocked.isStuck(productIds) &&
        waiting < queueLimit * SHARE_OF_A_BLOCKED_PRODUCT &&
        this.#blocked.size < queueLimit * SHARE_OF_BLOCKED_PRODUCTS)
    );
  }

  /** For what was admitted before, by this process or another one: it may take the capacity of other blocked products, and of no others. */
  get hasCapacityToResume(): boolean {
    return this.#blocked.size < this.#options.queueLimit * SHARE_OF_BLOCKED_PRODUCTS;
  }

  /** Never rejects. */
  submit(pendingOrder: PendingOrder): Promise<WriteResult> {
    return new Promise((resolve) => {
      this.#queue.push({ pendingOrder, resolve });
      this.#start();
    });
  }

  /** The orders that have no result yet. */
  get orderIds(): ReadonlySet<string> {
    return new Set(this.#pendingOrders().map(({ order }) => order.id));
  }

  /** Renews the reservations of all pending orders without a result; to be called several times within a reservation's lifetime. */
  async renew(): Promise<void> {
    const reservations = this.#pendingOrders().flatMap(({ order }) =>
      order.items.map(({ productId, epoch, seq }) => ({ productId, epoch, seq, orderId: order.id })),
    );
    if (reservations.length > 0) await this.#options.renew(reservations);
  }

  /** Resolves once everything that was submitted has its result. What cannot be written is `notWritten` after three seconds. */
  async drain(): Promise<void> {
    this.#retriesEndAt = Math.min(this.#retriesEndAt, performance.now() + DRAIN_MS);
    while (this.size > 0 || this.#running) {
      await this.#running;
      await this.#blocked.drain();
    }
    this.#retriesEndAt = Number.POSITIVE_INFINITY;
  }

  #pendingOrders(): PendingOrder[] {
    const own = [...this.#underWay, ...this.#queue].map(({ pendingOrder }) => pendingOrder);
    return [...own, ...this.#blocked.pendingOrders()];
  }

  #start(): void {
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    await Promise.resolve();
    for (;;) {
      if (this.#blocked.size > 0) this.#blocked.add(this.#queue.takeWhere(this.#blocked.concerns));
      this.#underWay = this.#queue.takeBatch(this.#options.maxBatch);
      if (this.#underWay.length === 0) break;
      const size = this.#underWay.length;
      const result = await writeBatch(this.#options.writer, this.#underWay, this.#options.logger);
      this.#underWay = [];
      // The server writes: what it refuses is in the pending orders that are left.
      if (result.ending === 'refused' && result.left.length < size) this.#failures = FAILURES;
      if (result.left.length === 0) this.#failures = 0;
      else await this.#retry(result);
    }
    this.#running = null;
  }

  async #retry({ ending, left }: BatchResult): Promise<void> {
    if (performance.now() > this.#retriesEndAt) {
      for (const { resolve } of left) resolve({ kind: 'notWritten' });
      return;
    }
    const { writer } = this.#options;
    this.#underWay = left;
    this.#failures++;
    if (ending === 'lostRace' || (writer.isUp && this.#failures >= FAILURES)) {
      this.#failures = 0;
      // With those that wait behind them, since the next batch would wait for their rows as long as this one has.
      const found = await writer.findLocked(productsOf([...left, ...this.#queue]));
      // None is: what held the rows for so long has ended, or it was another lock. Each by itself then shows whose it was.
      const locked = found && found.size > 0 ? found : new Set(productsOf(left));
      const buysLocked = ({ order }: PendingOrder) =>
        order.items.some(({ productId }) => locked.has(productId));
      const isLocked = ({ pendingOrder }: Waiting) => buysLocked(pendingOrder);
      const apart = [...left.filter(isLocked), ...this.#queue.takeWhere(buysLocked)];
      this.#blocked.add(apart, locked);
      this.#options.logger.warn(
        { productIds: [...locked].slice(0, LOGGED_PRODUCTS), products: locked.size, purchases: apart.length },
        'products wait in queues of their own, for locked rows or because they are refused',
      );
      this.#queue.putBack(left.filter((one) => !isLocked(one)));
    } else {
      if (ending === 'refused') writer.refuse();
      await sleep(writer.isUp ? jitter(this.#failures) : UNAVAILABLE_PAUSE_MS);
      this.#queue.putBack(left);
    }
    this.#underWay = [];
  }
}

const productsOf = (waiting: readonly Waiting[]): string[] => [
  ...new Set(
    waiting.flatMap(({ pendingOrder }) => pendingOrder.order.items.map(({ productId }) => productId)),
  ),
];
