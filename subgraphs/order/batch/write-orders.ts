import type { Connection } from 'mysql2/promise';
import { isCommitRefused, isDuplicateKey } from '../../../platform/mysql/errors.ts';
import { reach } from '../failpoints.ts';
import { lockFreeStockRows, takeUnits } from '../stock/stock-repository.ts';
import { addHoldings, type Excess } from '../orders/holdings.ts';
import { insertItems, insertOrders, readClock } from '../orders/order-rows.ts';
import type { PendingOrder } from '../orders/pending-order.ts';
import { inLockOrder } from './lock-order.ts';

/** COMMIT was sent and not answered: whether the transaction happened, or will, is open. */
export class CommitOutcomeUnknown extends Error {
  override readonly name = 'CommitOutcomeUnknown';
}

export type TransactionResult =
  /** At this moment, by MySQL's clock. */
  | { readonly kind: 'committed'; readonly at: Date }
  /** Rolled back: something stands under one of the ids already. */
  | { readonly kind: 'duplicate' }
  /** Rolled back: these buyers would hold more than they may. */
  | { readonly kind: 'overLimit'; readonly excess: readonly Excess[] }
  /** Rolled back: a stock row is at another epoch, or has too few units left. */
  | { readonly kind: 'notSold' }
  /** Rolled back: another session has locked a stock row, and this transaction was not to wait for it. */
  | { readonly kind: 'locked' };

/**
 * One transaction for all pending orders: all of them are written, or none. Tables in this order and rows by key, as in every
 * transaction of the system, so that two of them wait for each other but never in a circle. The stock rows come last:
 * their locks, for which every other buyer waits, are held for the length of one COMMIT.
 *
 * @param connection with autocommit off, so that reading the clock begins the transaction, and costs no round trip of its own
 * @param waitsForStock whether it waits for stock rows that are locked while it holds others
 * @throws {CommitOutcomeUnknown}, or the error of a statement before; then the transaction is still open
 */
export async function writeOrders(
  connection: Connection,
  pendingOrders: readonly PendingOrder[],
  waitsForStock = true,
): Promise<TransactionResult> {
  const sorted = [...pendingOrders].sort((a, b) => (a.order.id < b.order.id ? -1 : 1));

  const at = await readClock(connection);
  try {
    await insertOrders(connection, sorted, at);
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    await connection.query('ROLLBACK');
    return { kind: 'duplicate' };
  }
  await insertItems(connection, sorted);

  const excess = await addHoldings(connection, sorted);
  if (excess.length > 0) {
    await connection.query('ROLLBACK');
    return { kind: 'overLimit', excess };
  }

  const takes = inLockOrder(sorted);
  const mustNotWait = !waitsForStock && takes.length > 1;
  if (
    mustNotWait &&
    (
      await lockFreeStockRows(
        connection,
        takes.map(({ productId }) => productId),
      )
    ).size > 0
  ) {
    await connection.query('ROLLBACK');
    return { kind: 'locked' };
  }
  if (!(await takeUnits(connection, takes))) {
    await connection.query('ROLLBACK');
    return { kind: 'notSold' };
  }

  await reach('before-commit');
  try {
    await connection.query('COMMIT');
  } catch (cause) {
    if (isCommitRefused(cause)) throw cause;
    throw new CommitOutcomeUnknown('COMMIT was not answered', { cause });
  }
  await reach('after-commit');
  return { kind: 'committed', at };
}
