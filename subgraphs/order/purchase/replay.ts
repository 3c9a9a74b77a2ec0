import type { OrderRecord } from '../orders/order.ts';
import { abandoned, confirmed, keyReused, type PurchaseOutcome } from './outcomes.ts';

/** The answer for a key under which something stands already. */
export function replay(attempt: { readonly requestHash: Buffer }, record: OrderRecord): PurchaseOutcome {
  if (record.kind === 'tombstone') return abandoned;
  if (!record.requestHash.equals(attempt.requestHash)) return keyReused;
  return confirmed(record.order, true);
}
