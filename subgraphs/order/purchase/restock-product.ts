import { z } from 'zod';
import { checkInput } from '../../../platform/graphql/invalid-input.ts';
import type { RestockInput } from '../__generated__/resolvers-types.ts';
import { signedIn, type OrderContext } from '../context.ts';
import { idempotencyKey, productId } from './purchase-input.ts';
import { restock, type RestockOutcome } from './restock.ts';

const restockInput = z.object({
  productId,
  change: z.int().refine((change) => change !== 0, { error: 'A change of zero changes nothing.' }),
  expectedTotal: z
    .int()
    .min(0, 'A total is at least 0.')
    .nullish()
    .transform((total) => total ?? null),
  idempotencyKey,
});

/** The `restock` mutation. */
export async function restockProduct(input: RestockInput, context: OrderContext): Promise<RestockOutcome> {
  const { userId } = signedIn(context);
  const checked = checkInput(restockInput, input);
  if (!checked.ok) return checked.refusal;
  const { pool, products, stock, stockReader: reader, relay } = context.services;
  return restock({ pool, products, stock, reader, relay }, userId, checked.value);
}
