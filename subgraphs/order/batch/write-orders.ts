import type { Connection } from 'mysql2/promise';
import { isCommitRefused, isDuplicateKey } from '../../../platform/mysql/errors.ts';
import {
  affectedRows,
  runStatement,
  runTogether,
  type Statement,
  type StatementResult,
} from '../../../platform/mysql/statements.ts';
import { reach } from '../failpoints.ts';
import { lockFreeStockRows, unitsUpdate } from '../stock/stock-repository.ts';
import { addedHoldings, type Excess } from '../orders/holdings.ts';
import {
  itemsInsert,
  ordersInsert,
  READ_WRITING_TIME,
  SET_WRITING_TIME,
  WRITING_TIME_OF_SESSION,
  writingTimeIn,
} from '../orders/order-rows.ts';
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
  | { readonly kind: 'duplicate'; readonly cause: unknown }
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
 * Two round trips: all statements up to the one that takes the units, and, once their results are known, COMMIT. Until that is sent nothing
 * can stay of the transaction: where the first answer is lost, the server ends it with its session.
 *
 * @param connection with autocommit off, so that the first statement begins the transaction, and with `multipleStatements`
 * @param waitsForStock whether it waits for stock rows that are locked while it holds others
 * @throws {CommitOutcomeUnknown}, or the error of a statement before; then the transaction is still open
 */
export async function writeOrders(
  connection: Connection,
  pendingOrders: readonly PendingOrder[],
  waitsForStock = true,
): Promise<TransactionResult> {
  const sorted = [...pendingOrders].sort((a, b) => (a.order.id < b.order.id ? -1 : 1));
  const takes = inLockOrder(sorted);
  const takesAtOnce = waitsForStock || takes.length === 1;
  const holdings = addedHoldings(sorted);
  const update = unitsUpdate(takes);

  let results: ReadonlyMap<Statement, StatementResult>;
  try {
    results = await runTogether(connection, [
      SET_WRITING_TIME,
      ordersInsert(sorted, WRITING_TIME_OF_SESSION),
      itemsInsert(sorted),
      holdings.insert,
      READ_WRITING_TIME,
      ...(holdings.select ? [holdings.select] : []),
      ...(takesAtOnce ? [update] : []),
    ]);
  } catch (cause) {
    // Of these statements only the first insert can meet a row that is there.
    if (!isDuplicateKey(cause)) throw cause;
    await connection.query('ROLLBACK');
    return { kind: 'duplicate', cause };
  }
  const excess = holdings.select ? holdings.excessIn(results.get(holdings.select)) : [];
  if (excess.length > 0) {
    await connection.query('ROLLBACK');
    return { kind: 'overLimit', excess };
  }
  if (!takesAtOnce) {
    const locked = await lockFreeStockRows(
      connection,
      takes.map(({ productId }) => productId),
    );
    if (locked.size > 0) {
      await connection.query('ROLLBACK');
      return { kind: 'locked' };
    }
  }
  const taken = takesAtOnce ? results.get(update) : await runStatement(connection, update);
  if (affectedRows(taken) < takes.length) {
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
  return { kind: 'committed', at: writingTimeIn(results.get(READ_WRITING_TIME)) };
}
