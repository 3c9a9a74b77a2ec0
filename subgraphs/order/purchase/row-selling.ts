import type { Pool, PoolConnection, RowDataPacket } from 'mysql2/promise';
import type { Logger } from '../../../platform/logger.ts';
import { isConnectionLost, isDuplicateKey, wasNotConnected } from '../../../platform/mysql/errors.ts';
import { inTransaction } from '../../../platform/mysql/transaction.ts';
import { uuidToBytes } from '../../../platform/uuid.ts';
import { addHoldings, insertItems, insertOrders } from '../batch/write-orders.ts';
import type { OrderRecord } from '../orders/order.ts';
import { OrderRepository } from '../orders/order-repository.ts';
import type { ProductForSale } from '../products/product-reader.ts';
import { lockStockRow } from '../stock/stock-repository.ts';
import type { Attempt } from './attempt.ts';
import * as answer from './outcomes.ts';
import type { PurchaseOutcome } from './outcomes.ts';
import { replay } from './replay.ts';
import { toCandidate } from './to-candidate.ts';
import type { SellingStrategy } from './selling-strategy.ts';

/**
 * The strategy `row`: a transaction for each purchase, which locks the stock row first (SELECT … FOR UPDATE) and decides under
 * that lock. Redis has no part in it. An earlier attempt under the same key that is still being written holds the lock, so
 * whatever is found after it was had is final.
 *
 * Each sale also ends the product's epoch: should other processes sell by another strategy, their numbers are made anew.
 */
export class RowSelling implements SellingStrategy {
  readonly #pool: Pool;
  readonly #paymentTimeoutMs: number;
  readonly #onSold: (productId: string) => void;
  readonly #logger: Logger;

  /** @param paymentTimeoutMs how long a buyer has to pay, in milliseconds */
  constructor(pool: Pool, paymentTimeoutMs: number, onSold: (productId: string) => void, logger: Logger) {
    this.#pool = pool;
    this.#paymentTimeoutMs = paymentTimeoutMs;
    this.#onSold = onSold;
    this.#logger = logger;
  }

  /** Its transactions wait in the pool's bounded queue. */
  readonly hasRoom = true;

  async sell(attempt: Attempt, products: ReadonlyMap<string, ProductForSale>): Promise<PurchaseOutcome> {
    try {
      const outcome = await inTransaction(this.#pool, (connection) =>
        this.#decide(connection, attempt, products),
      );
      for (const { productId } of attempt.lines) this.#onSold(productId);
      return outcome;
    } catch (error) {
      if (error instanceof Refused) return error.outcome;
      // The same key for another product: its order, or tombstone, came in between.
      if (isDuplicateKey(error)) return this.#replay(attempt);
      if (wasNotConnected(error)) return answer.busy;
      this.#logger.warn({ err: error, orderId: attempt.orderId }, 'a purchase failed');
      return isConnectionLost(error) ? answer.unknown : answer.busy;
    }
  }

  async #replay(attempt: Attempt): Promise<PurchaseOutcome> {
    const record = await findRecord(this.#pool, attempt);
    return record ? replay(attempt, record) : answer.unknown;
  }

  async #decide(
    connection: PoolConnection,
    attempt: Attempt,
    products: ReadonlyMap<string, ProductForSale>,
  ): Promise<PurchaseOutcome> {
    const epochs = new Map<string, number>();
    const left = new Map<string, number>();
    for (const { productId } of attempt.lines) {
      const row = await lockStockRow(connection, productId);
      epochs.set(productId, row?.epoch ?? 0);
      left.set(productId, row ? row.total - row.sold : 0);
    }
    if (performance.now() > attempt.deadline) throw new Refused(answer.busy);
    const record = await findRecord(connection, attempt);
    if (record) throw new Refused(replay(attempt, record));

    const now = await readClock(connection);
    for (const { productId } of attempt.lines) {
      const { terms } = products.get(productId)!;
      if (now < terms.opensAt) throw new Refused(answer.saleNotOpen(terms.opensAt, now));
      if (terms.withdrawn) throw new Refused(answer.saleClosed(null));
      if (terms.closesAt !== null && now >= terms.closesAt)
        throw new Refused(answer.saleClosed(terms.closesAt));
    }

    const reservations = attempt.lines.map(({ productId }) => {
      const { orderId } = attempt;
      return { productId, orderId, epoch: epochs.get(productId)!, seq: 0 };
    });
    const candidate = toCandidate(attempt, products, reservations, this.#paymentTimeoutMs);
    await insertOrders(connection, [candidate]);
    await insertItems(connection, [candidate]);
    const [excess] = await addHoldings(connection, [candidate]);
    if (excess) throw new Refused(answer.limitExceeded(candidate.limits.get(excess.productId)!, excess.held));
    for (const { productId, quantity } of attempt.lines) {
      if (left.get(productId)! < quantity) throw new Refused(answer.soldOut(productId));
      await takeUnits(connection, productId, quantity);
    }
    return answer.confirmed(candidate.order, false);
  }
}

/** Within a transaction on its own connection: one from the pool might have to wait for this very transaction. */
async function findRecord(
  reader: Pool | PoolConnection,
  { orderId }: Attempt,
): Promise<OrderRecord | undefined> {
  return (await new OrderRepository(reader).findRecords([orderId])).get(orderId);
}

/** Leaves the transaction, which is rolled back. */
class Refused extends Error {
  readonly outcome: PurchaseOutcome;

  constructor(outcome: PurchaseOutcome) {
    super('refused');
    this.outcome = outcome;
  }
}

/** The clock that opens and closes sales for everyone alike; here it is MySQL's. Milliseconds since 1970. */
async function readClock(connection: PoolConnection): Promise<number> {
  const [[row]] = await connection.query<(RowDataPacket & { now: string })[]>(
    'SELECT CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS CHAR) AS now',
  );
  return Math.floor(Number(row!.now));
}

async function takeUnits(connection: PoolConnection, productId: string, units: number): Promise<void> {
  await connection.query('UPDATE stock SET sold = sold + ?, epoch = epoch + 1 WHERE product_id = ?', [
    units,
    uuidToBytes(productId),
  ]);
}
