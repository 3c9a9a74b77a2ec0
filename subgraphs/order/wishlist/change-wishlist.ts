import { z } from 'zod';
import { checkInput, invalidInput, type InvalidInput } from '../../../platform/graphql/invalid-input.ts';
import type { RemoveFromWishlistInput, WishlistItemInput } from '../__generated__/resolvers-types.ts';
import { signedIn, type OrderContext } from '../context.ts';
import { productNotFound } from '../purchase/outcomes.ts';
import { LARGEST_QUANTITY, productId, quantity } from '../purchase/purchase-input.ts';
import { readWishlist, type WishlistLine } from './read-wishlist.ts';

export type WishlistOutcome =
  | { readonly __typename: 'WishlistUpdated'; readonly wishlist: WishlistLine[] }
  | { readonly __typename: 'ProductNotFound'; readonly message: string }
  | InvalidInput;

const LIMITS = { products: 100, quantity: LARGEST_QUANTITY };

const wishlistItemInput = z.object({ productId, quantity });
const removeFromWishlistInput = z.object({ productId });

/** The `addToWishlist` mutation. @throws {Fault} when the product subgraph does not answer */
export async function addToWishlist(
  input: WishlistItemInput,
  context: OrderContext,
): Promise<WishlistOutcome> {
  const { userId } = signedIn(context);
  const checked = checkInput(wishlistItemInput, input);
  if (!checked.ok) return checked.refusal;
  const { products, wishlists } = context.services;
  if (!(await products.read(checked.value.productId))) return productNotFound;

  switch (await wishlists.add(userId, checked.value, LIMITS)) {
    case 'added':
      return updated(userId, context);
    case 'tooManyProducts':
      return invalidInput([
        { path: 'productId', message: `A wishlist holds at most ${LIMITS.products} products.` },
      ]);
    case 'tooLargeQuantity':
      return invalidInput([
        {
          path: 'quantity',
          message: `With what is there already, a quantity is at most ${LIMITS.quantity}.`,
        },
      ]);
  }
}

/** The `updateWishlistItem` mutation. */
export async function updateWishlistItem(
  input: WishlistItemInput,
  context: OrderContext,
): Promise<WishlistOutcome> {
  const { userId } = signedIn(context);
  const checked = checkInput(wishlistItemInput, input);
  if (!checked.ok) return checked.refusal;
  const { wishlists } = context.services;
  const found = await wishlists.setQuantity(userId, checked.value.productId, checked.value.quantity);
  return found ? updated(userId, context) : notOnWishlist;
}

/** The `removeFromWishlist` mutation. What is not there need not be removed. */
export async function removeFromWishlist(
  input: RemoveFromWishlistInput,
  context: OrderContext,
): Promise<WishlistOutcome> {
  const { userId } = signedIn(context);
  const checked = checkInput(removeFromWishlistInput, input);
  if (!checked.ok) return checked.refusal;
  await context.services.wishlists.remove(userId, checked.value.productId);
  return updated(userId, context);
}

const updated = async (userId: string, context: OrderContext): Promise<WishlistOutcome> => ({
  __typename: 'WishlistUpdated',
  wishlist: await readWishlist(userId, context),
});

const notOnWishlist = {
  __typename: 'ProductNotFound',
  message: 'This product is not on the wishlist.',
} as const;
