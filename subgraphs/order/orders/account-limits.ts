import type { Pool, RowDataPacket } from 'mysql2/promise';
import { uuidToBytes } from '../../../platform/uuid.ts';
import type { OrderRepository } from './order-repository.ts';

/** Checkouts of one account that are stored at a time; each is deleted after a day. */
const MOST_CHECKOUTS = 1_000;

/**
 * How many rows one account may have at a time of those that cost it nothing: no stock is held for them, and no order is made. Requests
 * of one account that are under way at the same moment may pass a limit together; a rate limit bounds how many those are.
 */
export class AccountLimits {
  readonly #pool: Pool;
  readonly #orders: OrderRepository;
  readonly #mostTombstones: number;

  constructor(pool: Pool, orders: OrderRepository, mostTombstones: number) {
    this.#pool = pool;
    this.#orders = orders;
    this.#mostTombstones = mostTombstones;
  }

  async hasAllTombstones(userId: string): Promise<boolean> {
    const most = this.#mostTombstones;
    return (await this.#orders.countTombstonesOfUser(userId, most)) >= most;
  }

  async hasAllCheckouts(userId: string): Promise<boolean> {
    const [[row]] = await this.#pool.query<(RowDataPacket & { count: number })[]>(
      'SELECT COUNT(*) AS count FROM (SELECT 1 FROM wishlist_checkout WHERE user_id = ? LIMIT ?) counted',
      [uuidToBytes(userId), MOST_CHECKOUTS],
    );
    return (row?.count ?? 0) >= MOST_CHECKOUTS;
  }
}
