import type { InvalidInput } from '../../../platform/graphql/invalid-input.ts';
import type { UpdateProductInput } from '../__generated__/resolvers-types.ts';
import { changeProduct, type ProductNotFound, type ProductSaved } from './change-product.ts';
import type { ProductContext } from '../context.ts';
import type { Product } from './product.ts';
import { checkTerms, type ProposedTerms } from './product-rules.ts';

/**
 * Changes the fields that the input names. The product as a whole must be valid afterwards: an end that was valid may be before a
 * beginning that is new.
 */
export async function updateProduct(
  input: UpdateProductInput,
  context: ProductContext,
): Promise<ProductSaved | ProductNotFound | InvalidInput> {
  return changeProduct<InvalidInput>(input.id, context, (current) => {
    const checked = checkTerms(proposedBy(input, current));
    if (!checked.ok) return checked.refusal;
    const product = { ...current, ...checked.terms, updatedAt: context.services.clock.now() };
    return { __typename: 'ProductSaved', product };
  });
}

/** A field that is left out stays; null clears it, which the rules allow where the product can do without. */
const proposedBy = (input: UpdateProductInput, current: Product): ProposedTerms => ({
  name: orElse(input.name && input.name.trim(), current.name),
  description: orElse(input.description, current.description),
  imageUrl: orElse(input.imageUrl, current.imageUrl),
  type: current.type,
  amount: orElse(input.price && input.price.amount, current.amount),
  currency: orElse(input.price && input.price.currency, current.currency),
  opensAt: orElse(input.opensAt, current.opensAt),
  closesAt: orElse(input.closesAt, current.closesAt),
  purchaseLimit: orElse(input.purchaseLimit, current.purchaseLimit),
});

const orElse = <Value>(given: Value | undefined, current: Value): Value =>
  given === undefined ? current : given;
