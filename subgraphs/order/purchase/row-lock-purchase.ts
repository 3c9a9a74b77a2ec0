import type { Pool, PoolConnection } from 'mysql2/promise';
import type { Logger } from '../../../platform/logger.ts';
import { isConnectionLost, isDuplicateKey, wasNotConnected } from '../../../platform/mysql/errors.ts';
import { runStatement } from '../../../platform/mysql/statements.ts';
import { inTransaction } from '../../../platform/mysql/transaction.ts';
import { uuidToBytes } from '../../../platform/uuid.ts';
import { writtenAt } from '../orders/pending-order.ts';
import { isTooOldToWrite } from '../orders/writing-time.ts';
import { addedHoldings } from '../orders/holdings.ts';
import { itemsInsert, ordersInsert, readClock, writingTimeAt } from '../orders/order-rows.ts';
import type { OrderLookup } from '../orders/order-lookup.ts';
import type { ProductForSale } from '../products/product-reader.ts';
import type { RefusalMemory } from '../stock/refusal-memory.ts';
import { lockStockRow } from '../stock/stock-repository.ts';
import type { Reservation } from '../stock/stock-outcomes.ts';
import type { Attempt, Line } from './attempt.ts';
import * as answer from './outcomes.ts';
import { mayStillBuy, type PurchaseOutcome } from './outcomes.ts';
import type { FinalRefusals } from './final-refusals.ts';
import { refuseUnlessOrderExists } from './replay.ts';
import { toPendingOrder } from './to-pending-order.ts';
import type { PurchaseStrategy } from './purchase-strategy.ts';

export interface RowLockPurchaseDependencies {
  readonly pool: Pool;
  readonly lookup: OrderLookup;
  readonly refusals: FinalRefusals;
  readonly memory: RefusalMemory;
  /** How long a buyer has to pay, in milliseconds. */
  readonly paymentTimeoutMs: number;
  readonly onStockChanged: (productId: string) => void;
  readonly logger: Logger;
}

/**
 * The strategy `row`: a transaction for each purchase, which decides under the lock of the stock row (SELECT … FOR UPDATE).
 * Redis has no part in it. The tables come in the order of every transaction, so the stock row is last: a transaction that waits for
 * another row does not hold the stock row meanwhile, and no deadlock can form. An earlier attempt under the same key that is
 * still being written blocks the insert of the order, so the outcome after that is final.
 *
 * Each sale also ends the product's epoch: should other processes sell by another strategy, their numbers are made anew.
 */
export class RowLockPurchase implements PurchaseStrategy {
  readonly #deps: RowLockPurchaseDependencies;

  constructor(dependencies: RowLockPurchaseDependencies) {
    this.#deps = dependencies;
  }

  /** Its transactions wait in the pool's bounded queue. */
  readonly hasCapacity = true;

  async execute(attempt: Attempt, products: ReadonlyMap<string, ProductForSale>): Promise<PurchaseOutcome> {
    const { pool, refusals, onStockChanged, logger } = this.#deps;
    try {
      const outcome = await inTransaction(pool, (connection) => this.#decide(connection, attempt, products));
      for (const { productId } of attempt.lines) onStockChanged(productId);
      return outcome;
    } catch (error) {
      if (error instanceof Refused)
        return mayStillBuy(error.outcome) ? error.outcome : refusals.give(attempt, error.outcome);
      if (isDuplicateKey(error)) return refuseUnlessOrderExists(this.#deps, attempt, answer.unknown);
      if (wasNotConnected(error)) return answer.busy;
      logger.warn({ err: error, orderId: attempt.orderId }, 'a purchase failed');
      return isConnectionLost(error) ? answer.unknown : answer.busy;
    }
  }

  async #decide(
    connection: PoolConnection,
    attempt: Attempt,
    products: ReadonlyMap<string, ProductForSale>,
  ): Promise<PurchaseOutcome> {
    const pendingOrder = toPendingOrder(
      attempt,
      products,
      withoutReservations(attempt),
      this.#deps.paymentTimeoutMs,
    );
    const at = await readClock(connection);
    await runStatement(connection, ordersInsert([pendingOrder], writingTimeAt(at)));
    // From here on a refusal of the same key waits for this transaction, so one that is not remembered yet finds the order.
    if (await this.#isSuperseded(attempt)) throw new Refused(answer.busy);
    await runStatement(connection, itemsInsert([pendingOrder]));
    const holdings = addedHoldings([pendingOrder]);
    await runStatement(connection, holdings.insert);
    const [excess] = holdings.select
      ? holdings.excessIn(await runStatement(connection, holdings.select))
      : [];
    const left = await lockUnits(connection, attempt.lines);

    if (performance.now() > attempt.deadline || isTooOldToWrite(attempt)) throw new Refused(answer.busy);
    // The clock that opens and closes sales for everyone alike; here it is MySQL's.
    const now = (await readClock(connection)).getTime();
    for (const { productId } of attempt.lines) {
      const { terms } = products.get(productId)!;
      if (terms.withdrawn) throw new Refused(answer.saleClosed(null));
      if (now < terms.opensAt) throw new Refused(answer.saleNotOpen(terms.opensAt, now));
      if (terms.closesAt !== null && now >= terms.closesAt)
        throw new Refused(answer.saleClosed(terms.closesAt));
    }
    if (excess)
      throw new Refused(answer.limitExceeded(pendingOrder.limits.get(excess.productId)!, excess.held));
    for (const { productId, quantity } of attempt.lines) {
      const units = left.get(productId);
      if (units === undefined) throw new Refused(answer.notStocked(productId));
      if (units < quantity) throw new Refused(answer.soldOut(productId));
      await takeUnits(connection, productId, quantity);
    }
    return answer.confirmed(writtenAt(pendingOrder, at), false);
  }

  /** Whether a later attempt under the key was refused for good. */
  async #isSuperseded({ orderId, startedAt, lines }: Attempt): Promise<boolean> {
    const found = await Promise.all(
      lines.map(({ productId }) => this.#deps.memory.wasRefusedSince(productId, orderId, startedAt)),
    );
    return found.includes(true);
  }
}

/**
 * Waits for the transaction that has inserted the order, if there is one: until it has ended, whether the order will be there is
 * open.
 */
export async function awaitRowWriter(pool: Pool, orderId: string): Promise<void> {
  await pool.query('SELECT id FROM orders WHERE id = ? LOCK IN SHARE MODE', [uuidToBytes(orderId)]);
}

/** No reservation has the sequence number 0. */
const withoutReservations = ({ orderId, lines }: Attempt): Reservation[] =>
  lines.map(({ productId }) => ({ productId, orderId, epoch: 0, seq: 0 }));

/** Thrown to roll the transaction back. */
class Refused extends Error {
  readonly outcome: PurchaseOutcome;

  constructor(outcome: PurchaseOutcome) {
    super('refused');
    this.outcome = outcome;
  }
}

/** @returns how many units are left of each product that has stock; another transaction that sells of them waits from now on */
async function lockUnits(connection: PoolConnection, lines: readonly Line[]): Promise<Map<string, number>> {
  const left = new Map<string, number>();
  for (const { productId } of lines) {
    const row = await lockStockRow(connection, productId);
    if (row) left.set(productId, row.total - row.sold);
  }
  return left;
}

async function takeUnits(connection: PoolConnection, productId: string, units: number): Promise<void> {
  await connection.query('UPDATE stock SET sold = sold + ?, epoch = epoch + 1 WHERE product_id = ?', [
    units,
    uuidToBytes(productId),
  ]);
}
