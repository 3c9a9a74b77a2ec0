import { v7 as uuidv7 } from 'uuid';
import type { InvalidInput } from '../../../platform/graphql/invalid-input.ts';
import type { CreateProductInput } from '../__generated__/resolvers-types.ts';
import type { ProductSaved } from './change-product.ts';
import type { ProductContext } from '../context.ts';
import { checkTerms } from './product-rules.ts';

/** Puts a product on sale from `opensAt` on, or from now on. Its stock is set in the order subgraph (`restock`). */
export async function createProduct(
  input: CreateProductInput,
  { services: { repository, clock } }: ProductContext,
): Promise<ProductSaved | InvalidInput> {
  const now = clock.now();
  const checked = checkTerms({
    name: input.name.trim(),
    description: input.description ?? null,
    imageUrl: input.imageUrl ?? null,
    type: input.type,
    amount: input.price.amount,
    currency: input.price.currency ?? null,
    opensAt: input.opensAt ?? now,
    closesAt: input.closesAt ?? null,
    purchaseLimit: input.purchaseLimit ?? null,
  });
  if (!checked.ok) return checked.refusal;

  const id = uuidv7({ msecs: now.getTime() });
  const product = { ...checked.terms, id, withdrawnAt: null, createdAt: now, updatedAt: now };
  await repository.insert(product);
  return { __typename: 'ProductSaved', product };
}
