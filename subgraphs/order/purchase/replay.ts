import type { Logger } from '../../../platform/logger.ts';
import type { OrderRecord } from '../orders/order.ts';
import type { OrderLookup } from '../orders/order-lookup.ts';
import type { Attempt } from './attempt.ts';
import { abandoned, confirmed, keyReused, unknown, type PurchaseOutcome } from './outcomes.ts';

/** Idempotency: the outcome for a key whose order or tombstone exists already. */
export function replay(attempt: { readonly requestHash: Buffer }, record: OrderRecord): PurchaseOutcome {
  if (record.kind === 'tombstone') return abandoned;
  if (!record.requestHash.equals(attempt.requestHash)) return keyReused;
  return confirmed(record.order, true);
}

/**
 * A refusal for a key that may have been confirmed before: MySQL's order or tombstone comes first.
 *
 * @returns `OutcomeUnknown` when MySQL does not answer
 */
export async function refuseUnlessOrderExists(
  { lookup, logger }: { readonly lookup: OrderLookup; readonly logger: Logger },
  attempt: Attempt,
  refusal: PurchaseOutcome,
): Promise<PurchaseOutcome> {
  try {
    const record = await lookup.find(attempt.orderId);
    return record ? replay(attempt, record) : refusal;
  } catch (error) {
    logger.warn({ err: error, orderId: attempt.orderId }, 'a key could not be looked up');
    return unknown;
  }
}
