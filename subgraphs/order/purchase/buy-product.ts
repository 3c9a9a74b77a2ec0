import { checkInput } from '../../../platform/graphql/invalid-input.ts';
import type { PurchaseInput } from '../__generated__/resolvers-types.ts';
import { signedIn, type OrderContext } from '../context.ts';
import { newAttempt } from './attempt.ts';
import type { PurchaseOutcome } from './outcomes.ts';
import { ageOf, remainingMs } from './remaining-time.ts';
import { purchaseInput } from './purchase-input.ts';

/** The `purchase` mutation. */
export async function buyProduct(input: PurchaseInput, context: OrderContext): Promise<PurchaseOutcome> {
  const { userId } = signedIn(context);
  const checked = checkInput(purchaseInput, input);
  if (!checked.ok) return checked.refusal;
  const { productId, quantity, idempotencyKey } = checked.value;
  return context.services.purchases.buy(
    newAttempt(
      userId,
      idempotencyKey,
      [{ productId, quantity }],
      remainingMs(context),
      context.span,
      ageOf(context),
    ),
  );
}
