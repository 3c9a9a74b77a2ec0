import type { Order, OrderRecord } from '../orders/order.ts';
import type { PendingOrder } from '../orders/pending-order.ts';
import type { WriteResult } from './write-result.ts';

/** Pending orders of a transaction whose COMMIT was not answered: the order that is found may be the one that it wrote. */
const unanswered = new WeakSet<PendingOrder>();

export function recordUnknownCommit(pendingOrders: readonly PendingOrder[]): void {
  for (const pendingOrder of pendingOrders) unanswered.add(pendingOrder);
}

/** @param record what stands under the pending order's id */
export function toWriteResult(pendingOrder: PendingOrder, record: OrderRecord): WriteResult {
  const order = unanswered.has(pendingOrder) ? ownOrder(pendingOrder, record) : null;
  return order ? { kind: 'ordered', order } : { kind: 'exists', record };
}

/** @returns the order that was found, if it is the one that this pending order's reservations admitted */
function ownOrder(pendingOrder: PendingOrder, record: OrderRecord): Order | null {
  if (record.kind !== 'order') return null;
  const isOwn =
    record.requestHash.equals(pendingOrder.requestHash) &&
    pendingOrder.order.items.every(({ productId, epoch, seq }) =>
      record.order.items.some(
        (item) => item.productId === productId && item.epoch === epoch && item.seq === seq,
      ),
    );
  return isOwn ? record.order : null;
}
