import type { OrderContext, ProductReference } from '../context.ts';

/** The `WishlistItem` of the schema. */
export interface WishlistLine {
  readonly product: ProductReference;
  readonly quantity: number;
  readonly addedAt: Date;
}

/** A user's wishlist, in the order in which products were added; empty for anyone but that user. */
export async function readWishlist(
  userId: string,
  { caller, services }: OrderContext,
): Promise<WishlistLine[]> {
  if (caller?.userId !== userId) return [];
  const items = await services.wishlists.listOf(userId);
  return items.map(({ productId, quantity, addedAt }) => ({ product: { id: productId }, quantity, addedAt }));
}
