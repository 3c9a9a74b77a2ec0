import type { Order, OrderRecord } from '../orders/order.ts';
import type { Candidate } from './candidate.ts';

/** @returns the order that was found, if it is the one that this candidate's reservations admitted */
export function ownOrder(candidate: Candidate, record: OrderRecord): Order | null {
  if (record.kind !== 'order') return null;
  const isOwn =
    record.requestHash.equals(candidate.requestHash) &&
    candidate.order.items.every(({ productId, epoch, seq }) =>
      record.order.items.some(
        (item) => item.productId === productId && item.epoch === epoch && item.seq === seq,
      ),
    );
  return isOwn ? record.order : null;
}
