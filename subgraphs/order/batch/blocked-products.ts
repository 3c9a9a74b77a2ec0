import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../../platform/logger.ts';
import { jitter } from '../../../platform/mysql/transaction.ts';
import { BatchQueue, type Waiting } from './batch-queue.ts';
import type { BatchWriter } from './batch-writer.ts';
import type { PendingOrder } from '../orders/pending-order.ts';
import { writeBatch } from './write-batch.ts';

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
/** About so many seconds, where each transaction waits for a lock. */
const STUCK_LOSSES = 3;
/** Shorter waits are not worth a line in the log, in milliseconds. */
const LOGGED_WAIT_MS = 1_000;

interface Queue {
  readonly key: string;
  readonly productIds: readonly string[];
  readonly waiting: BatchQueue;
  underWay: readonly Waiting[];
  /** Transactions in a row that failed, of which each may have waited for a lock as long as it may. */
  losses: number;
}

/**
 * Pending orders that lost a race for a lock, apart from all others, so that rows which another session has locked hold up nothing else. One
 * queue for each set of products that is bought together, in one of three states:
 *
 * - waiting for a connection: until one is free; connections are given in order of arrival.
 * - writing: one transaction. Left for the end once it was written; its products are free then, and what still waits goes
 *   back to the main queue.
 * - pausing: after a lost race, or a refusal, for some milliseconds.
 */
export class BlockedProducts {
  readonly #options: BlockedProductsOptions;
  readonly #queues = new Map<string, Queue>();
  /** In how many queues a product is. */
  readonly #products = new Map<string, number>();
  readonly #freeWriters: BatchWriter[];
  readonly #waitingForWriter: ((writer: BatchWriter) => void)[] = [];
  #running = new Set<Promise<void>>();

  constructor(options: BlockedProductsOptions) {
    this.#options = options;
    this.#freeWriters = [...options.writers];
  }

  get size(): number {
    let size = 0;
    for (const { waiting, underWay } of this.#queues.values()) size += waiting.size + underWay.length;
    return size;
  }

  get isUp(): boolean {
    return this.#options.writers.every(({ isUp }) => isUp);
  }

  /** Whether the pending order buys a product that is blocked. */
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

  /** Whether purchases that hold no more than these products fail again and again, so that no more of them are to be admitted. */
  isStuck(bought: readonly string[]): boolean {
    for (const { productIds, losses } of this.#queues.values())
      if (losses >= STUCK_LOSSES && productIds.every((productId) => bought.includes(productId))) return true;
    return false;
  }

  *pendingOrders(): Generator<PendingOrder> {
    for (const { waiting, underWay } of this.#queues.values()) {
      for (const { pendingOrder } of underWay) yield pendingOrder;
      for (const { pendingOrder } of waiting) yield pendingOrder;
    }
  }

  add(items: readonly Waiting[]): void {
    const opened: Queue[] = [];
    for (const one of items) {
      const productIds = one.pendingOrder.order.items.map(({ productId }) => productId).sort();
      const key = productIds.join(' ');
      let queue = this.#queues.get(key);
      if (!queue) {
        queue = { key, productIds, waiting: new BatchQueue(), underWay: [], losses: 0 };
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
    const begun = performance.now();
    while (queue.waiting.size > 0) {
      const writer = await this.#takeWriter();
      queue.underWay = queue.waiting.takeBatch(this.#options.maxBatch);
      const { ending, left } = await writeBatch(writer, queue.underWay, this.#options.logger);
      this.#release(writer);
      queue.underWay = [];
      if (left.length === 0) break;
      queue.losses++;
      if (this.#options.mayAbort()) {
        for (const { resolve } of [...left, ...queue.waiting.takeWhere(() => true)])
          resolve({ kind: 'notWritten' });
        break;
      }
      queue.waiting.putBack(left);
      const isAtOnce = ending === 'lostRace' || (ending === 'unavailable' && writer.isUp);
      await sleep(isAtOnce ? jitter(Math.min(queue.losses, 4)) : UNAVAILABLE_PAUSE_MS);
    }
    this.#close(queue);
    const { productIds } = queue;
    const waitedMs = Math.round(performance.now() - begun);
    if (waitedMs > LOGGED_WAIT_MS)
      this.#options.logger.info({ productIds, waitedMs }, 'products are not blocked any more');
  }

  #open(queue: Queue): void {
    this.#queues.set(queue.key, queue);
    for (const productId of queue.productIds)
      this.#products.set(productId, (this.#products.get(productId) ?? 0) + 1);
  }

  #close(queue: Queue): void {
    this.#queues.delete(queue.key);
    for (const productId of queue.productIds) {
      const queues = this.#products.get(productId)! - 1;
      if (queues === 0) this.#products.delete(productId);
      else this.#products.set(productId, queues);
    }
    if (this.#queues.size === 0) for (const writer of this.#freeWriters) writer.disconnect();
    const rest = queue.waiting.takeWhere(() => true);
    if (rest.length > 0) this.#options.onFree(rest);
  }

  #takeWriter(): Promise<BatchWriter> {
    const writer = this.#freeWriters.pop();
    if (writer) return Promise.resolve(writer);
    return new Promise((resolve) => this.#waitingForWriter.push(resolve));
  }

  #release(writer: BatchWriter): void {
    const next = this.#waitingForWriter.shift();
    if (next) next(writer);
    else this.#freeWriters.push(writer);
  }
}
