import { LRUCache } from 'lru-cache';
import type { PoolConnection } from 'mysql2/promise';
import { eachItem } from '../../../platform/lifecycle/each-item.ts';
import type { Logger } from '../../../platform/logger.ts';
import { isConnectionLost, isRetryableLockError } from '../../../platform/mysql/errors.ts';
import { inTransaction } from '../../../platform/mysql/transaction.ts';
import type { OrderStatus } from '../__generated__/resolvers-types.ts';
import type { StockMovement } from '../stock/stock-movements.ts';
import { lockDueOrder, lockDueOrders, type DueOrders, type LockedOrder } from '../orders/locked-order.ts';
import { transitionOrders, type OrderStateMachine } from '../orders/transition-orders.ts';
import { AUTOMATIC_TRANSITIONS } from '../orders/order-transitions.ts';
import { setAsideWaiting, recordWaiting, type WaitingOrder } from './waiting-orders.ts';

/** Small, so that the stock row of a product on which thousands of orders expire at once is never held for long. */
const PER_TRANSACTION = 50;
/** How long an order whose transition failed is skipped, in milliseconds, and how many orders at the most. */
const ASIDE_MS = 60_000;
const MOST_ASIDE = 5_000;

/** Makes the automatic transitions of orders that are due. Any number of processes may sweep at once: each skips rows that another has locked. */
export class Sweeper {
  readonly #stateMachine: OrderStateMachine;
  readonly #unresolvedPaymentMs: number;
  readonly #logger: Logger;
  /** They have waited longest, so without this they would be found first each time, and delay all others. */
  readonly #aside = new LRUCache<string, true>({ max: MOST_ASIDE, ttl: ASIDE_MS });

  /** @param unresolvedPaymentMs how long past its deadline an order waits for the outcome of a payment, in milliseconds */
  constructor(stateMachine: OrderStateMachine, unresolvedPaymentMs: number, logger: Logger) {
    this.#stateMachine = stateMachine;
    this.#unresolvedPaymentMs = unresolvedPaymentMs;
    this.#logger = logger;
  }

  /** One round over all that is due. A kind of transition that fails does not delay the others. */
  async run(): Promise<void> {
    const keyOf = ([from, to]: (typeof AUTOMATIC_TRANSITIONS)[number]) => `${from} to ${to}`;
    const options = { job: 'sweeper', running: 1, keyOf, logger: this.#logger };
    await eachItem(AUTOMATIC_TRANSITIONS, options, ([from, to]) => this.#sweep(from, to));
  }

  async #sweep(from: OrderStatus, to: OrderStatus): Promise<void> {
    const due = { status: from, graceMs: from === 'PAYING' ? this.#unresolvedPaymentMs : 0 };
    let failed = 0;
    for (let found = PER_TRANSACTION; found === PER_TRANSACTION && failed <= MOST_ASIDE;) {
      const { ids, error } = await this.#transitionTogether(due, to);
      if (error) failed += await this.#transitionOneByOne(due, to, ids);
      else if (ids.length > 0) this.#logger.info({ from, to, orders: ids.length }, 'swept');
      found = ids.length;
    }
  }

  /** @returns the orders of one transaction, and its error if it failed */
  async #transitionTogether(due: DueOrders, to: OrderStatus): Promise<{ ids: string[]; error?: unknown }> {
    const { pool, relay } = this.#stateMachine;
    let ids: string[] = [];
    try {
      const { movements, waiting } = await inTransaction(pool, async (connection) => {
        const orders = await lockDueOrders(
          connection,
          due,
          PER_TRANSACTION,
          [...this.#aside.keys()],
          this.#stateMachine,
        );
        ids = orders.map(({ id }) => id);
        return transitionReady(connection, orders, to, this.#stateMachine);
      });
      recordWaiting(waiting, to, this.#logger);
      await relay.deliverAll(movements);
      return { ids };
    } catch (error) {
      if (ids.length === 0 || isOfTheStore(error)) throw error;
      return { ids, error };
    }
  }

  /** Finds the orders whose transition fails and skips them for a while. @returns how many there are */
  async #transitionOneByOne(due: DueOrders, to: OrderStatus, ids: readonly string[]): Promise<number> {
    const { pool, relay } = this.#stateMachine;
    let failed = 0;
    for (const orderId of ids) {
      try {
        const { movements, waiting } = await inTransaction(pool, async (connection) => {
          const order = await lockDueOrder(connection, due, orderId, this.#stateMachine);
          return transitionReady(connection, order ? [order] : [], to, this.#stateMachine);
        });
        recordWaiting(waiting, to, this.#logger);
        await relay.deliverAll(movements);
      } catch (error) {
        if (isOfTheStore(error)) throw error;
        failed++;
        this.#aside.set(orderId, true);
        this.#logger.error(
          { err: error, orderId, from: due.status, to },
          'the transition of an order that is due failed, and is tried again in a minute',
        );
      }
    }
    return failed;
  }
}

async function transitionReady(
  connection: PoolConnection,
  orders: readonly LockedOrder[],
  to: OrderStatus,
  stateMachine: OrderStateMachine,
): Promise<{ movements: StockMovement[]; waiting: readonly WaitingOrder[] }> {
  const { ready, waiting } = await setAsideWaiting(connection, orders, to);
  const movements = ready.length === 0 ? [] : await transitionOrders(connection, ready, to, stateMachine);
  return { movements, waiting };
}

/** The failure is of the store, and not of an order. */
const isOfTheStore = (error: unknown): boolean => isRetryableLockError(error) || isConnectionLost(error);
