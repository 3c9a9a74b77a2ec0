import { z } from 'zod';
import { checkInput, type InvalidInput } from '../../../platform/graphql/invalid-input.ts';
import { withTimeout } from '../../../platform/with-timeout.ts';
import type { AbandonPurchaseInput } from '../__generated__/resolvers-types.ts';
import { signedIn, type OrderContext } from '../context.ts';
import type { OrderRecord } from '../orders/order.ts';
import { deriveOrderId } from '../orders/order-id.ts';
import {
  abandoned,
  confirmed,
  tooManyAbandoned,
  unknown,
  type OutcomeUnknown,
  type PurchaseAbandoned,
  type PurchaseConfirmed,
} from './outcomes.ts';
import { remainingMs } from './remaining-time.ts';
import { idempotencyKey } from './purchase-input.ts';

const abandonInput = z.object({ idempotencyKey });

/**
 * Settles an attempt without buying: the order, if there is one; else a tombstone, so that there never will be. An account that has all
 * the tombstones that it may have is answered by what stands under the key; where nothing does, the outcome stays open.
 */
export async function abandonPurchase(
  input: AbandonPurchaseInput,
  context: OrderContext,
): Promise<PurchaseConfirmed | PurchaseAbandoned | OutcomeUnknown | InvalidInput> {
  const { userId } = signedIn(context);
  const checked = checkInput(abandonInput, input);
  if (!checked.ok) return checked.refusal;

  const orderId = deriveOrderId(userId, checked.value.idempotencyKey);
  try {
    const record = await withTimeout<OrderRecord | null | 'late'>(
      remainingMs(context),
      settle(orderId, userId, context),
      () => 'late' as const,
    );
    // The tombstone may follow: then the same request finds it.
    if (record === 'late') return unknown;
    if (!record) return tooManyAbandoned;
    return record.kind === 'order' ? confirmed(record.order, true) : abandoned;
  } catch (error) {
    context.logger.warn({ err: error, orderId }, 'a purchase could not be abandoned');
    return unknown;
  }
}

async function settle(
  orderId: string,
  userId: string,
  { services }: OrderContext,
): Promise<OrderRecord | null> {
  const { accountLimits, lookup, tombstones } = services;
  if (await accountLimits.hasAllTombstones(userId)) return lookup.find(orderId);
  return tombstones.settle({ orderId, userId });
}
