import type { Order, OrderRecord } from '../orders/order.ts';
import type { Candidate, Verdict } from '../orders/pending-order.ts';

/** Candidates of a transaction whose COMMIT was not answered: the order that is found may be the one that it wrote. */
const unanswered = new WeakSet<Candidate>();

export function noteUnanswered(candidates: readonly Candidate[]): void {
  for (const candidate of candidates) unanswered.add(candidate);
}

/** @param record what stands under the candidate's id */
export function toVerdict(candidate: Candidate, record: OrderRecord): Verdict {
  const order = unanswered.has(candidate) ? ownOrder(candidate, record) : null;
  return order ? { kind: 'ordered', order } : { kind: 'exists', record };
}

/** @returns the order that was found, if it is the one that this candidate's reservations admitted */
function ownOrder(candidate: Candidate, record: OrderRecord): Order | null {
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
