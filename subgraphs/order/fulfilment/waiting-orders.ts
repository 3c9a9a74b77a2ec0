import type { PoolConnection } from 'mysql2/promise';
import type { Logger } from '../../../platform/logger.ts';
import { uuidToBytes } from '../../../platform/uuid.ts';
import type { OrderStatus } from '../__generated__/resolvers-types.ts';
import { waitingOrders } from './metrics.ts';
import type { LockedOrder } from '../orders/locked-order.ts';
import { unmetPrecondition, type Precondition } from '../orders/order-transitions.ts';

/** How long until an order that waits is due again, in milliseconds. */
const RETRY_AFTER_MS = 3_600_000;

export interface WaitingOrder {
  readonly orderId: string;
  readonly missing: Precondition;
}

/**
 * Postpones orders that are due and do not meet a precondition, in the transaction that has locked them: they are due again an hour
 * later. So a paid order of an older release that has no address is not shipped, and delays no other order.
 *
 * @returns the orders that meet all preconditions, and those that wait: to be logged with `recordWaiting` after COMMIT
 */
export async function setAsideWaiting(
  connection: PoolConnection,
  orders: readonly LockedOrder[],
  to: OrderStatus,
): Promise<{ readonly ready: readonly LockedOrder[]; readonly waiting: readonly WaitingOrder[] }> {
  const waiting = orders.flatMap((order) => {
    const missing = unmetPrecondition(order, to);
    return missing ? [{ orderId: order.id, missing }] : [];
  });
  if (waiting.length === 0) return { ready: orders, waiting };
  await connection.query(
    'UPDATE orders SET due_at = UTC_TIMESTAMP(3) + INTERVAL ? MICROSECOND WHERE id IN (?)',
    [RETRY_AFTER_MS * 1_000, waiting.map(({ orderId }) => uuidToBytes(orderId))],
  );
  const set = new Set(waiting.map(({ orderId }) => orderId));
  return { ready: orders.filter(({ id }) => !set.has(id)), waiting };
}

/** Counts and logs orders that wait. */
export function recordWaiting(waiting: readonly WaitingOrder[], to: OrderStatus, logger: Logger): void {
  for (const { orderId, missing } of waiting) {
    waitingOrders.labels(missing).inc();
    logger.warn({ orderId, to, missing }, 'an order that is due waits for a precondition');
  }
}
