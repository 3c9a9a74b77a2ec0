import { setTimeout as sleep } from 'node:timers/promises';
import { raw } from 'mysql2';
import type { Pool } from 'mysql2/promise';
import { createCoalescer } from '../../../platform/batching/coalescer.ts';
import { isRetryableLockError } from '../../../platform/mysql/errors.ts';
import { jitter } from '../../../platform/mysql/transaction.ts';
import { uuidToBytes } from '../../../platform/uuid.ts';
import { reach } from '../failpoints.ts';
import { ABANDONED, type OrderRecord } from './order.ts';
import type { OrderRepository } from './order-repository.ts';

export interface TombstoneRequest {
  readonly orderId: string;
  readonly userId: string;
}

const MAX_PER_STATEMENT = 256;
/** Each waits up to the lock wait timeout for a transaction that is still alive: longer in all than one may live silently. */
const ATTEMPTS = 4;

/**
 * Ends a purchase for good: inserts a tombstone under its order's id, unless an order stands there. The insert blocks until every
 * transaction that may still write that order has ended, so its outcome is final. A SELECT is not enough: a COMMIT that was sent
 * may land after it (faults seen in practice: "When commit appears to fail", marksverbiage).
 *
 * A tombstone is deleted a retention time after it was last settled (`ExpiredTombstones`).
 */
export class Tombstones {
  readonly #pool: Pool;
  readonly #orders: OrderRepository;
  readonly #retentionMs: number;
  readonly #requests = createCoalescer((items: readonly TombstoneRequest[]) => this.#writeAll(items), {
    maxItems: MAX_PER_STATEMENT,
  });

  /** @param retentionMs how long a tombstone is kept, in milliseconds */
  constructor(pool: Pool, orders: OrderRepository, retentionMs: number) {
    this.#pool = pool;
    this.#orders = orders;
    this.#retentionMs = retentionMs;
  }

  /**
   * @returns what stands under the id now: the order that was there first, or the tombstone
   * @throws when MySQL did not answer; then the outcome of the purchase is as unknown as before
   */
  settle(request: TombstoneRequest): Promise<OrderRecord> {
    return this.#requests.submit(request);
  }

  async #writeAll(requests: readonly TombstoneRequest[]): Promise<OrderRecord[]> {
    const sorted = [...requests].sort((a, b) => (a.orderId < b.orderId ? -1 : 1));
    await reach('before-tombstone');
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#insert(sorted);
        break;
      } catch (error) {
        if (attempt === ATTEMPTS || !isRetryableLockError(error)) throw error;
        await sleep(jitter(attempt));
      }
    }
    await reach('after-tombstone');
    const records = await this.#orders.findRecords(sorted.map(({ orderId }) => orderId));
    return requests.map(({ orderId }) => records.get(orderId)!);
  }

  async #insert(requests: readonly TombstoneRequest[]): Promise<void> {
    const now = new Date();
    // By MySQL's clock, by which it is deleted. A tombstone that stands already is kept as long as a new one, so that it cannot
    // be deleted between this statement and the SELECT after it.
    const forgetAt = raw(`UTC_TIMESTAMP(3) + INTERVAL ${this.#retentionMs * 1_000} MICROSECOND`);
    await this.#pool.query(
      `INSERT INTO orders (id, user_id, status, request_hash, total_amount, currency, due_at, created_at) VALUES ?
       ON DUPLICATE KEY UPDATE due_at = IF(status = '${ABANDONED}', VALUES(due_at), due_at)`,
      [
        requests.map(({ orderId, userId }) => [
          uuidToBytes(orderId),
          uuidToBytes(userId),
          ABANDONED,
          NO_REQUEST,
          0,
          'XXX',
          forgetAt,
          now,
        ]),
      ],
    );
  }
}

const NO_REQUEST = Buffer.alloc(16);
