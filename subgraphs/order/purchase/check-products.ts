import { invalidInput } from '../../../platform/graphql/invalid-input.ts';
import type { ProductForSale } from '../products/product-reader.ts';
import type { Attempt } from './attempt.ts';
import type { PurchaseOutcome } from './outcomes.ts';

/** Amounts are GraphQL Ints; a larger total could be written and never be read. */
const LARGEST_TOTAL = 2 ** 31 - 1;

/**
 * Checks what the products of one order have to fulfil together. Of the same reading of the products that the order is made of:
 * prices and currencies change.
 *
 * @returns null when they can be one order
 */
export function checkProducts(
  { lines }: Pick<Attempt, 'lines'>,
  products: ReadonlyMap<string, ProductForSale>,
): PurchaseOutcome | null {
  const currencies = new Set(lines.map(({ productId }) => products.get(productId)!.currency));
  if (currencies.size > 1) return severalCurrencies;
  const total = lines.reduce(
    (sum, { productId, quantity }) => sum + quantity * products.get(productId)!.unitPrice,
    0,
  );
  return total <= LARGEST_TOTAL ? null : tooDear;
}

const severalCurrencies = invalidInput([
  { path: 'wishlist', message: 'The products of one order have one currency.' },
]);

const tooDear = invalidInput([
  { path: 'quantity', message: `The order's total may be at most ${LARGEST_TOTAL}.` },
]);
