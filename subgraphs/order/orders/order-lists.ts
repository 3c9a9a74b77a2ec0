import type { Pool } from 'mysql2/promise';
import { ConcurrencyLimit } from '../../../platform/concurrency/concurrency-limit.ts';
import type { OrderStatus } from '../__generated__/resolvers-types.ts';
import type { Order } from './order.ts';
import type { OrderPageRequest } from './order-list-queries.ts';
import { OrderRepository } from './order-repository.ts';

/** What lists of orders may take, in each process. Times in milliseconds. */
export const LIST_LIMITS = {
  connections: 4,
  /** Reads of one caller at a time, so that the reads of others need not wait for them. */
  connectionsPerCaller: 2,
  /** Reads that may wait for a connection: in all, and for one caller. */
  waiting: 400,
  waitingPerCaller: 40,
  waitMs: 1_000,
  statementMs: 1_000,
};

/** A total is exact up to this; above it, this number is given. */
export const MOST_COUNTED = 10_000;

/**
 * Orders as lists. Lists have connections of their own, shared fairly between callers, and the server ends a statement that takes
 * too long: however many lists one account requests, purchases and the lists of others do not wait for them.
 *
 * Each method throws {Fault} UNAVAILABLE when the caller has to wait too long; nothing was read then.
 */
export class OrderLists {
  readonly pool: Pool;
  readonly #orders: OrderRepository;
  readonly #limit = new ConcurrencyLimit({
    running: LIST_LIMITS.connections,
    runningPerKey: LIST_LIMITS.connectionsPerCaller,
    waiting: LIST_LIMITS.waiting,
    waitingPerKey: LIST_LIMITS.waitingPerCaller,
    timeoutMs: LIST_LIMITS.waitMs,
    message: 'Lists of orders are busy at the moment. Try again later.',
  });

  constructor(pool: Pool) {
    this.pool = pool;
    this.#orders = new OrderRepository(pool);
  }

  /** A user's orders, newest first. */
  async pageOfUser(callerId: string, userId: string, page: OrderPageRequest): Promise<Order[]> {
    const orders = await this.read(callerId, () => this.#orders.pageOfUser(userId, page));
    return orders.map((order) => ({ ...order, isListed: true }));
  }

  /** How many orders a user has: at most `MOST_COUNTED`. */
  countOfUser(callerId: string, userId: string, status: OrderStatus | null): Promise<number> {
    return this.read(callerId, () => this.#orders.countOfUser(userId, status, MOST_COUNTED));
  }

  eventsOf(callerId: string, orderIds: readonly string[]): ReturnType<OrderRepository['eventsOf']> {
    return this.read(callerId, () => this.#orders.eventsOf(orderIds));
  }

  /** Runs `work`, which only reads and by this pool, as a list of the caller. */
  read<Result>(callerId: string, work: () => Promise<Result>): Promise<Result> {
    return this.#limit.run(callerId, work);
  }
}
