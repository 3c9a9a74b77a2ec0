import type { PoolConnection } from 'mysql2/promise';
import { uuidToBytes } from '../../../platform/uuid.ts';
import type { OrderStatus } from '../__generated__/resolvers-types.ts';
import { markRefundsDue } from '../payment/payment-repository.ts';
import type { StockMovement } from '../stock/stock-movements.ts';
import { returnUnits } from './return-units.ts';
import type { LockedOrder } from './locked-order.ts';
import { holdsStock, canTransition, unmetPrecondition } from './order-transitions.ts';

/** How long an order may stay as it is until it moves on by itself, or the time to ask for a return is over. Milliseconds. */
export interface TransitionDelays {
  readonly PAID: number;
  readonly SHIPPED: number;
  readonly DELIVERED: number;
  readonly RETURN_REQUESTED: number;
}

/**
 * Moves locked orders of one status to another, in the transaction that has locked them: the status, an event, and what follows
 * from it. An order that holds no more gives its units back and is owed its money, here and nowhere else; so
 * both happen as often as the status changes, which is once.
 *
 * Preconditions are judged here once more, by the table: a caller that has refused nothing changes nothing.
 *
 * Tables in the order of the order batch: orders, then holdings, then stock.
 *
 * @returns what Redis has to be told after COMMIT
 */
export async function transitionOrders(
  connection: PoolConnection,
  orders: readonly LockedOrder[],
  to: OrderStatus,
  delays: TransitionDelays,
): Promise<StockMovement[]> {
  const from = orders[0]!.status;
  if (!canTransition(from, to)) throw new Error(`An order does not move from ${from} to ${to}.`);
  for (const order of orders) {
    const unmet = unmetPrecondition(order, to);
    if (unmet) throw new Error(`An order does not move from ${from} to ${to} while it is not ${unmet}.`);
  }

  const ids = orders.map(({ id }) => uuidToBytes(id));
  const due = dueAfter(from, to, delays);
  const [result] = await connection.query(
    `UPDATE orders SET status = ?, due_at = ${due.sql} WHERE id IN (?) AND status = ?`,
    [to, ...due.values, ids, from],
  );
  if ((result as { affectedRows: number }).affectedRows !== orders.length) {
    throw new Error(`Orders are not ${from} any more, though they were locked.`);
  }
  await insertEvents(connection, ids, to);

  if (!holdsStock(from) || holdsStock(to)) return [];
  await markRefundsDue(connection, ids);
  return returnUnits(connection, orders);
}

function dueAfter(
  from: OrderStatus,
  to: OrderStatus,
  delays: TransitionDelays,
): { readonly sql: string; readonly values: readonly number[] } {
  // An attempt to pay neither moves the deadline nor, when it is declined, gives a new one.
  if (to === 'PAYING' || (from === 'PAYING' && to === 'PENDING_PAYMENT'))
    return { sql: 'due_at', values: [] };
  const delay = to in delays ? delays[to as keyof TransitionDelays] : null;
  if (delay === null) return { sql: 'NULL', values: [] };
  return { sql: 'UTC_TIMESTAMP(3) + INTERVAL ? MICROSECOND', values: [delay * 1_000] };
}

/** Each event of an order is later than the one before it, if only by a millisecond: their order is their time. */
async function insertEvents(
  connection: PoolConnection,
  ids: readonly Buffer[],
  status: OrderStatus,
): Promise<void> {
  await connection.query(
    `INSERT INTO order_event (order_id, status, at)
     SELECT o.id, ?, GREATEST(UTC_TIMESTAMP(3), COALESCE(MAX(e.at), o.created_at) + INTERVAL 1000 MICROSECOND)
     FROM orders o LEFT JOIN order_event e ON e.order_id = o.id
     WHERE o.id IN (?) GROUP BY o.id, o.created_at`,
    [status, ids],
  );
}
