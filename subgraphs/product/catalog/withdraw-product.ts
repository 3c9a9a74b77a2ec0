import type { WithdrawProductInput } from '../__generated__/resolvers-types.ts';
import { changeProduct, type ProductNotFound, type ProductSaved } from './change-product.ts';
import type { ProductServices } from '../context.ts';

/** Takes a product off sale for good; a second time changes nothing. */
export async function withdrawProduct(
  { id }: WithdrawProductInput,
  services: ProductServices,
): Promise<ProductSaved | ProductNotFound> {
  return changeProduct<never>(id, services, (current) => {
    const now = services.clock.now();
    const product = current.withdrawnAt ? current : { ...current, withdrawnAt: now, updatedAt: now };
    return { __typename: 'ProductSaved', product };
  });
}
