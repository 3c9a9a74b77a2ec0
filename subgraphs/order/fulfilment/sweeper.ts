import type { Logger } from '../../../platform/logger.ts';
import { inTransaction } from '../../../platform/mysql/transaction.ts';
import type { OrderStatus } from '../__generated__/resolvers-types.ts';
import { lockDueOrders } from './locked-order.ts';
import { moveOrders } from './move-orders.ts';
import { BY_ITSELF } from './order-moves.ts';
import type { FulfilmentDependencies } from './payable-order.ts';

/** Small, so that the stock row of a product on which thousands of orders expire at once is never held for long. */
const PER_TRANSACTION = 50;

/** Moves orders that are due. Any number of processes may sweep at once: each takes what no other is at. */
export class Sweeper {
  readonly #the: FulfilmentDependencies;
  readonly #unresolvedPaymentMs: number;
  readonly #logger: Logger;

  /** @param unresolvedPaymentMs how long past its deadline an order waits for the outcome of a payment, in milliseconds */
  constructor(dependencies: FulfilmentDependencies, unresolvedPaymentMs: number, logger: Logger) {
    this.#the = dependencies;
    this.#unresolvedPaymentMs = unresolvedPaymentMs;
    this.#logger = logger;
  }

  /** One round over all that is due. A kind of move that fails does not keep the others waiting. */
  async run(): Promise<void> {
    for (const [from, to] of BY_ITSELF) {
      try {
        await this.#sweep(from, to);
      } catch (error) {
        this.#logger.warn({ err: error, from, to }, 'orders that are due will be tried again');
      }
    }
  }

  async #sweep(from: OrderStatus, to: OrderStatus): Promise<void> {
    const { pool, relay, delays } = this.#the;
    const graceMs = from === 'PAYING' ? this.#unresolvedPaymentMs : 0;
    for (let moved = PER_TRANSACTION; moved === PER_TRANSACTION;) {
      const movements = await inTransaction(pool, async (connection) => {
        const orders = await lockDueOrders(connection, from, graceMs, PER_TRANSACTION);
        moved = orders.length;
        return moved === 0 ? [] : moveOrders(connection, orders, to, delays);
      });
      if (moved > 0) this.#logger.info({ from, to, orders: moved }, 'swept');
      await relay.deliverAll(movements);
    }
  }
}
