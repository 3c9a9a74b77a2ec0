import { z } from 'zod';
import { checkInput } from '../../../platform/graphql/invalid-input.ts';
import { signedIn, type OrderContext } from '../context.ts';
import { deriveOrderId } from '../orders/order-id.ts';
import { abandoned, confirmed, type PurchaseOutcome } from './outcomes.ts';
import { idempotencyKey } from './purchase-input.ts';

/** The outcome of a purchase as far as it is known; null is not a refusal. */
export async function findPurchaseOutcome(
  key: string,
  context: OrderContext,
): Promise<PurchaseOutcome | null> {
  const { userId } = signedIn(context);
  const checked = checkInput(z.object({ idempotencyKey }), { idempotencyKey: key });
  if (!checked.ok) return checked.refusal;

  const record = await context.services.lookup.find(deriveOrderId(userId, key));
  if (!record) return null;
  return record.kind === 'order' ? confirmed(record.order, true) : abandoned;
}
