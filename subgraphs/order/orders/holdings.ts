import type { PoolConnection, RowDataPacket } from 'mysql2/promise';
import type { Statement, StatementResult } from '../../../platform/mysql/statements.ts';
import { bytesToUuid, uuidToBytes } from '../../../platform/uuid.ts';
import { itemOf, inSequence, type PendingOrder } from './pending-order.ts';

/** The `holding` rows: how many units of a product each user has in orders, by which the purchase limit is checked. */

/** A buyer who would hold more than the limit. */
export interface Excess {
  readonly productId: string;
  readonly userId: string;
  /** What the buyer holds without the pending orders. */
  readonly held: number;
}

/** Units of one product that one order has, or had. */
export interface OrderUnits {
  readonly orderId: string;
  readonly userId: string;
  readonly productId: string;
  readonly quantity: number;
}

/** How what pending orders buy is added to what their buyers hold. */
export interface AddedHoldings {
  readonly insert: Statement;
  /** Reads what buyers hold then; null where none of them has a limit. */
  readonly select: Statement | null;
  /** @param rows of `select` @returns the buyers for whom that is too much */
  excessIn(rows: StatementResult | undefined): Excess[];
}

type HoldingRow = RowDataPacket & { product_id: Buffer; user_id: Buffer; held: number };

export function addedHoldings(pendingOrders: readonly PendingOrder[]): AddedHoldings {
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
  const limited = sorted.filter(({ limit }) => limit !== null);
  const bytesOf = ({ productId, userId }: { readonly productId: string; readonly userId: string }) => [
    uuidToBytes(productId),
    uuidToBytes(userId),
  ];
  return {
    insert: {
      sql: 'INSERT INTO holding (product_id, user_id, held) VALUES ? ON DUPLICATE KEY UPDATE held = held + VALUES(held)',
      values: [sorted.map((row) => [...bytesOf(row), row.units])],
    },
    select:
      limited.length === 0
        ? null
        : {
            sql: 'SELECT product_id, user_id, held FROM holding WHERE (product_id, user_id) IN (?)',
            values: [limited.map(bytesOf)],
          },
    excessIn: (rows = []) =>
      (rows as readonly HoldingRow[]).flatMap((row) => {
        const [productId, userId] = [bytesToUuid(row.product_id), bytesToUuid(row.user_id)];
        const { units, limit } = added.get(`${productId} ${userId}`)!;
        if (row.held <= limit!) return [];
        // A limit may have been changed between two of these purchases: each is judged by its own.
        const excess = { productId, userId, held: row.held - units };
        return overLimit(pendingOrders, excess).length > 0 ? [excess] : [];
      }),
  };
}

/** @returns the buyer's purchases that exceed their own limit, in order of admission, with what the buyer holds without them */
export function overLimit(
  pendingOrders: readonly PendingOrder[],
  { productId, userId, held }: Excess,
): { readonly pendingOrder: PendingOrder; readonly held: number }[] {
  let holds = held;
  const tooMuch = [];
  const purchases = pendingOrders
    .filter((one) => one.order.userId === userId && itemOf(one, productId))
    .sort(inSequence(productId));
  for (const pendingOrder of purchases) {
    const { quantity } = itemOf(pendingOrder, productId)!;
    const limit = pendingOrder.limits.get(productId) ?? Number.POSITIVE_INFINITY;
    if (holds + quantity > limit) tooMuch.push({ pendingOrder, held: holds });
    else holds += quantity;
  }
  return tooMuch;
}

/** Changes holdings of orders that exist. The rows are there: these orders have counted in them before. */
export async function changeHoldings(
  connection: PoolConnection,
  units: readonly OrderUnits[],
  sign: 1 | -1,
): Promise<void> {
  await connection.query(
    `INSERT INTO holding (product_id, user_id, held) VALUES ?
     ON DUPLICATE KEY UPDATE held = held ${sign === 1 ? '+' : '-'} VALUES(held)`,
    [units.map(({ productId, userId, quantity }) => [uuidToBytes(productId), uuidToBytes(userId), quantity])],
  );
}

/** @returns units that the user holds, under the lock of the row */
export async function lockHolding(
  connection: PoolConnection,
  { productId, userId }: Pick<OrderUnits, 'productId' | 'userId'>,
): Promise<number> {
  const [[row]] = await connection.query<(RowDataPacket & { held: number })[]>(
    'SELECT held FROM holding WHERE product_id = ? AND user_id = ? FOR UPDATE',
    [uuidToBytes(productId), uuidToBytes(userId)],
  );
  return row?.held ?? 0;
}

/** @returns the lower of two limits, of which either may be none */
function lower(one: number | undefined, other: number | null | undefined): number | null {
  if (one === undefined) return other ?? null;
  return Math.min(one, other ?? one);
}
