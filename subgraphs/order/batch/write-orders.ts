import type { Connection, RowDataPacket } from 'mysql2/promise';
import { isCommitRefused, isDuplicateKey } from '../../../platform/mysql/errors.ts';
import { bytesToUuid, uuidToBytes } from '../../../platform/uuid.ts';
import { reach } from '../failpoints.ts';
import { lockFreeStockRows, takeUnits } from '../stock/stock-repository.ts';
import { writtenAt, type PendingOrder } from '../orders/pending-order.ts';
import { inLockOrder } from './lock-order.ts';
import { overLimit } from './partial-fit.ts';

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

export interface Excess {
  readonly productId: string;
  readonly userId: string;
  /** What the buyer holds without the batch. */
  readonly held: number;
}

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

/** MySQL's clock, which is the same for every process. */
export async function readClock(connection: Connection): Promise<Date> {
  const [[row]] = await connection.query<(RowDataPacket & { now: Date })[]>('SELECT UTC_TIMESTAMP(3) AS now');
  return row!.now;
}

/** @param at by MySQL's clock */
export async function insertOrders(
  connection: Connection,
  pendingOrders: readonly PendingOrder[],
  at: Date,
): Promise<void> {
  await connection.query(
    `INSERT INTO orders (id, user_id, status, request_hash, total_amount, currency, due_at, created_at) VALUES ?`,
    [
      pendingOrders.map((pendingOrder) => {
        const order = writtenAt(pendingOrder, at);
        return [
          uuidToBytes(order.id),
          uuidToBytes(order.userId),
          order.status,
          pendingOrder.requestHash,
          order.totalAmount,
          order.currency,
          order.dueAt,
          order.createdAt,
        ];
      }),
    ],
  );
}

export async function insertItems(connection: Connection, pendingOrders: readonly PendingOrder[]): Promise<void> {
  await connection.query(
    `INSERT INTO order_item (order_id, product_id, quantity, unit_price, product_name, epoch, seq) VALUES ?`,
    [
      pendingOrders.flatMap(({ order }) =>
        order.items.map((item) => [
          uuidToBytes(order.id),
          uuidToBytes(item.productId),
          item.quantity,
          item.unitPrice,
          item.productName,
          item.epoch,
          item.seq,
        ]),
      ),
    ],
  );
}

/** Adds what the pending orders buy to what their buyers hold. @returns the buyers for whom that is too much */
export async function addHoldings(
  connection: Connection,
  pendingOrders: readonly PendingOrder[],
): Promise<Excess[]> {
  const added = new Map<string, { productId: string; userId: string; units: number; limit: number | null }>();
  for (const { order, limits } of pendingOrders) {
    for (const { productId, quantity } of order.items) {
      const key = `${productId} ${order.userId}`;
      const before = added.get(key);
      added.set(key, {
        productId,
        userId: order.userId,
        units: (before?.units ?? 0) + quantity,
        limit: lower(limits.get(productId), before?.limit),
      });
    }
  }
  const sorted = [...added].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  await connection.query(
    'INSERT INTO holding (product_id, user_id, held) VALUES ? ON DUPLICATE KEY UPDATE held = held + VALUES(held)',
    [sorted.map(({ productId, userId, units }) => [uuidToBytes(productId), uuidToBytes(userId), units])],
  );

  const limited = sorted.filter(({ limit }) => limit !== null);
  if (limited.length === 0) return [];
  const [rows] = await connection.query<
    (RowDataPacket & { product_id: Buffer; user_id: Buffer; held: number })[]
  >('SELECT product_id, user_id, held FROM holding WHERE (product_id, user_id) IN (?)', [
    limited.map(({ productId, userId }) => [uuidToBytes(productId), uuidToBytes(userId)]),
  ]);
  return rows.flatMap((row) => {
    const [productId, userId] = [bytesToUuid(row.product_id), bytesToUuid(row.user_id)];
    const { units, limit } = added.get(`${productId} ${userId}`)!;
    if (row.held <= limit!) return [];
    // A limit may have been changed between two of these purchases: each is judged by its own.
    const excess = { productId, userId, held: row.held - units };
    return overLimit(pendingOrders, excess).length > 0 ? [excess] : [];
  });
}

/** @returns the lower of two limits, of which either may be none */
function lower(one: number | undefined, other: number | null | undefined): number | null {
  if (one === undefined) return other ?? null;
  return Math.min(one, other ?? one);
}
