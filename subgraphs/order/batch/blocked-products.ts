import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../../platform/logger.ts';
import { jitter } from '../../../platform/mysql/transaction.ts';
import { BatchQueue, type Waiting } from './batch-queue.ts';
import type { BatchWriter } from './batch-writer.ts';
import { LockWatch } from './lock-watch.ts';
import type { PendingOrder } from '../orders/pending-order.ts';
import { writeBatch } from './write-batch.ts';
import { WriterPool } from './writer-pool.ts';

export interface BlockedProductsOptions {
  /** One for each connection. So many queues are written at the same moment; the others take turns. */
  readonly writers: readonly BatchWriter[];
  readonly maxBatch: number;
  /** Whether pending orders that cannot be written now are `notWritten`. */
  readonly mayAbort: () => boolean;
  /** Receives what still waits in a queue when its rows are free again. */
  readonly onFree: (waiting: readonly Waiting[]) => void;
  readonly logger: Logger;
}

/** Milliseconds between two attempts at a server that cannot be reached or takes no writes. */
const UNAVAILABLE_PAUSE_MS = 250;
/** Admission stops for products that could not be written for so long, in milliseconds. */
const STUCK_MS = 3_000;
/** Shorter waits are not worth a line in the log, in milliseconds. */
const LOGGED_WAIT_MS = 1_000;

interface Queue {
  readonly key: string;
  readonly productIds: readonly string[];
  /** Those of the products whose rows are taken to be locked. */
  readonly blockedBy: readonly string[];
  readonly waiting: BatchQueue;
  underWay: readonly Waiting[];
  readonly openedAt: number;
  /** Transactions that failed though the stock rows were free, of which each may have waited for another lock as long as it may. */
  losses: number;
}

/**
 * Pending orders that lost a race for a lock, apart from all others, so that rows which another session has locked hold up nothing else. One
 * queue for each set of products that is bought together, in one of three states:
 *
 * - locked: a look has found a stock row locked, or a transaction has failed. Left when a look finds all rows free, which is one statement
 *   for all queues (`LockWatch`). So however many products are locked, they take no connection from one that is free.
 * - waiting for a connection: until one is free (`WriterPool`). Where rows were free and the transaction waited for another lock all the same,
 *   the queue stands behind those that have lost less often.
 * - writing: one transaction. Left for the end once it was written; its products are free then, and what still waits goes
 *   back to the main queue. Otherwise left for `locked`, after some milliseconds.
 */
export class BlockedProducts {
  readonly #options: BlockedProductsOptions;
  readonly #queues = new Map<string, Queue>();
  /** By how many queues a product is taken to be locked. */
  readonly #products = new Map<string, number>();
  readonly #writers: WriterPool;
  readonly #locks: LockWatch;
  #running = new Set<Promise<void>>();

  constructor(options: BlockedProductsOptions) {
    this.#options = options;
    this.#writers = new WriterPool(options.writers);
    this.#locks = new LockWatch({
      findLocked: (productIds) => this.#findLocked(productIds),
      mayAbort: options.mayAbort,
    });
  }

  get size(): number {
    let size = 0;
    for (const { waiting, underWay } of this.#queues.values()) size += waiting.size + underWay.length;
    return size;
  }

  get isUp(): boolean {
    return this.#options.writers.every(({ isUp }) => isUp);
  }

  /** Whether the pending order buys a product that is blocked; one that is only bought together with such a product is not. */
  readonly concerns = ({ order }: PendingOrder): boolean =>
    this.#products.size > 0 && order.items.some(({ productId }) => this.#products.has(productId));

  /** How many pending orders wait for this product. */
  sizeOf(productId: string): number {
    if (!this.#products.has(productId)) return 0;
    let size = 0;
    for (const { productIds, waiting, underWay } of this.#queues.values())
      if (productIds.includes(productId)) size += waiting.size + underWay.length;
    return size;
  }

  /** Whether purchases that hold no more than these products cannot be written for seconds, so that no more of them are to be admitted. */
  isStuck(bought: readonly string[]): boolean {
    const since = performance.now() - STUCK_MS;
    for (const { productIds, openedAt } of this.#queues.values())
      if (openedAt <= since && productIds.every((productId) => bought.includes(productId))) return true;
    return false;
  }

  *pendingOrders(): Generator<PendingOrder> {
    for (const { waiting, underWay } of this.#queues.values()) {
      for (const { pendingOrder } of underWay) yield pendingOrder;
      for (const { pendingOrder } of waiting) yield pendingOrder;
    }
  }

  /** @param locked products whose rows are known to be locked. Where none of an order's is, all of them are taken to be. */
  add(items: readonly Waiting[], locked: ReadonlySet<string> = new Set()): void {
    const opened: Queue[] = [];
    for (const one of items) {
      const productIds = one.pendingOrder.order.items.map(({ productId }) => productId).sort();
      const key = productIds.join(' ');
      let queue = this.#queues.get(key);
      if (!queue) {
        const known = productIds.filter((id) => locked.has(id) || this.#products.has(id));
        queue = {
          key,
          productIds,
          blockedBy: known.length > 0 ? known : productIds,
          waiting: new BatchQueue(),
          underWay: [],
          openedAt: performance.now(),
          losses: 0,
        };
        this.#open(queue);
        opened.push(queue);
      }
      queue.waiting.push(one);
    }
    for (const queue of opened) {
      const run = this.#run(queue).finally(() => this.#running.delete(run));
      this.#running.add(run);
    }
  }

  /** Resolves once no queue is left. */
  async drain(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  async #run(queue: Queue): Promise<void> {
    const { productIds, openedAt } = queue;
    const { mayAbort, logger } = this.#options;
    let isFree = (await this.#findLocked(productIds))?.size === 0;
    while (queue.waiting.size > 0) {
      if (!isFree) isFree = await this.#locks.untilFree(productIds);
      if (!isFree && mayAbort()) {
        abort(queue);
        break;
      }
      const writer = await this.#writers.take(isFree ? queue.losses : queue.losses + 1);
      queue.underWay = queue.waiting.takeBatch(this.#options.maxBatch);
      const { ending, left } = await writeBatch(writer, queue.underWay, logger);
      this.#writers.release(writer);
      queue.underWay = [];
      if (left.length === 0) break;
      queue.waiting.putBack(left);
      if (mayAbort()) {
        abort(queue);
        break;
      }
      if (isFree) queue.losses++;
      isFree = false;
      const isAtOnce = ending === 'lostRace' || (ending === 'unavailable' && writer.isUp);
      await sleep(isAtOnce ? jitter(Math.min(queue.losses, 4)) : UNAVAILABLE_PAUSE_MS);
    }
    this.#close(queue);
    const waitedMs = Math.round(performance.now() - openedAt);
    if (waitedMs > LOGGED_WAIT_MS) logger.info({ productIds, waitedMs }, 'products are not blocked any more');
  }

  async #findLocked(productIds: readonly string[]): Promise<ReadonlySet<string> | null> {
    const writer = await this.#writers.take(0);
    try {
      return await writer.findLocked(productIds);
    } finally {
      this.#writers.release(writer);
    }
  }

  #open(queue: Queue): void {
    this.#queues.set(queue.key, queue);
    for (const productId of queue.blockedBy)
      this.#products.set(productId, (this.#products.get(productId) ?? 0) + 1);
  }

  #close(queue: Queue): void {
    this.#queues.delete(queue.key);
    for (const productId of queue.blockedBy) {
      const queues = this.#products.get(productId)! - 1;
      if (queues === 0) this.#products.delete(productId);
      else this.#products.set(productId, queues);
    }
    if (this.#queues.size === 0) this.#writers.disconnect();
    const rest = queue.waiting.takeWhere(() => true);
    if (rest.length > 0) this.#options.onFree(rest);
  }
}

function abort({ waiting }: Queue): void {
  for (const { resolve } of waiting.takeWhere(() => true)) resolve({ kind: 'notWritten' });
}
