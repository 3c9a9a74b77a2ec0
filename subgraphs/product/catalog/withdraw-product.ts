import type { WithdrawProductInput } from '../__generated__/resolvers-types.ts';
import { changeProduct, type ProductNotFound, type ProductSaved } from './change-product.ts';
import type { ProductContext } from '../context.ts';

/** Takes a product off sale for good; a second time changes nothing. */
export async function withdrawProduct(
  { id }: WithdrawProductInput,
  context: ProductContext,
): Promise<ProductSaved | ProductNotFound> {
  return changeProduct<never>(id, context, (current) => {
    const now = context.services.clock.now();
    const product = current.withdrawnAt ? current : { ...current, withdrawnAt: now, updatedAt: now };
    return { __typename: 'ProductSaved', product };
  });
}
