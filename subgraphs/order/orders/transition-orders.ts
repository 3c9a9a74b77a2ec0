import type { Pool, PoolConnection } from 'mysql2/promise';
import { uuidToBytes } from '../../../platform/uuid.ts';
import type { OrderStatus } from '../__generated__/resolvers-types.ts';
import type { MovementRelay } from '../stock/movement-relay.ts';
import type { StockMovement } from '../stock/stock-movements.ts';
import type { LockedOrder, ReadChargedOrders } from './locked-order.ts';
import { canTransition, holdsStock, unmetPrecondition } from './order-transitions.ts';

/** How long an order stays in a status until its automatic transition, or until a return can no longer be requested. Milliseconds. */
export interface TransitionDelays {
  readonly PAID: number;
  readonly SHIPPED: number;
  readonly DELIVERED: number;
  readonly RETURN_REQUESTED: number;
}

/**
 * What follows where orders cease to hold stock, in the same transaction. Tables in the order of the order batch: orders, then
 * holdings, then stock.
 *
 * @returns stock movements to be delivered to Redis after COMMIT
 */
export type ReleaseConsequence = (
  connection: PoolConnection,
  orders: readonly LockedOrder[],
) => Promise<readonly StockMovement[]>;

/** The state machine of orders. Its table is `order-transitions.ts`; what it does beside that is put together in `services.ts`. */
export interface OrderStateMachine {
  readonly pool: Pool;
  /** Delivers what transitions return, after COMMIT. */
  readonly relay: MovementRelay;
  readonly delays: TransitionDelays;
  readonly readCharged: ReadChargedOrders;
  /** Run in this order, once for each order that ceases to hold stock: here and nowhere else. */
  readonly onRelease: readonly ReleaseConsequence[];
}

/**
 * Transitions locked orders of one status to another, in the transaction that has locked them: the status, an event, and the
 * consequences. The status changes once, so each consequence happens once.
 *
 * Preconditions are checked here once more, by the table: a caller that omits a check cannot make a forbidden transition.
 *
 * @returns the stock movements to be delivered after COMMIT
 */
export async function transitionOrders(
  connection: PoolConnection,
  orders: readonly LockedOrder[],
  to: OrderStatus,
  { delays, onRelease }: Pick<OrderStateMachine, 'delays' | 'onRelease'>,
): Promise<StockMovement[]> {
  const from = orders[0]!.status;
  if (!canTransition(from, to)) throw new Error(`An order has no transition from ${from} to ${to}.`);
  for (const order of orders) {
    const unmet = unmetPrecondition(order, to);
    if (unmet) throw new Error(`An order has no transition from ${from} to ${to} while it is not ${unmet}.`);
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

  const movements: StockMovement[] = [];
  if (!holdsStock(from) || holdsStock(to)) return movements;
  for (const consequence of onRelease) movements.push(...(await consequence(connection, orders)));
  return movements;
}

function dueAfter(
  from: OrderStatus,
  to: OrderStatus,
  delays: TransitionDelays,
): { readonly sql: string; readonly values: readonly number[] } {
  // An attempt to pay does not change the deadline, and neither does a declined one.
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
