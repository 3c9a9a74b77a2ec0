import type { OrderRecord } from '../orders/order.ts';
import type { Candidate } from './candidate.ts';

/** Whether the order that was found is the one that this candidate's reservations admitted. */
export function isOwnOrder(candidate: Candidate, record: OrderRecord): boolean {
  return (
    record.kind === 'order' &&
    record.requestHash.equals(candidate.requestHash) &&
    candidate.order.items.every(({ productId, epoch, seq }) =>
      record.order.items.some(
        (item) => item.productId === productId && item.epoch === epoch && item.seq === seq,
      ),
    )
  );
}
