import { parseUuid } from '../../../platform/uuid.ts';
import type { ProductContext } from '../context.ts';
import type { Product } from './product.ts';

export interface ProductSaved {
  readonly __typename: 'ProductSaved';
  readonly product: Product;
}

export interface ProductNotFound {
  readonly __typename: 'ProductNotFound';
  readonly message: string;
}

/**
 * Changes a product under its row lock, so that concurrent changes are serialised, and invalidates the cache before and after the
 * COMMIT.
 *
 * @param change the changed product, or a refusal; without side effects, because it may run again
 */
export async function changeProduct<Refusal extends { readonly __typename: string }>(
  givenId: string,
  { services: { repository, reader } }: ProductContext,
  change: (current: Product) => ProductSaved | Refusal,
): Promise<ProductSaved | ProductNotFound | Refusal> {
  const id = parseUuid(givenId);
  if (id === null) return NOT_FOUND;

  const outcome = await repository.underLock(id, async (current, save) => {
    if (!current) return NOT_FOUND;
    const changed = change(current);
    if (!isSaved(changed)) return changed;
    await reader.invalidateBeforeCommit(id);
    await save(changed.product);
    return changed;
  });
  if (isSaved(outcome)) await reader.invalidateAfterCommit(id);
  return outcome;
}

const NOT_FOUND: ProductNotFound = {
  __typename: 'ProductNotFound',
  message: 'There is no product with this id.',
};

const isSaved = (outcome: { readonly __typename: string }): outcome is ProductSaved =>
  outcome.__typename === 'ProductSaved';
