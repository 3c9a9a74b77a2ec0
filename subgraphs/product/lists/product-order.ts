import { decodeCursor, encodeCursor, readPlace } from '../../../platform/graphql/connection.ts';
import type { ProductOrder } from '../__generated__/resolvers-types.ts';
import type { Product } from '../catalog/product.ts';

/** The sort key of each order. The id breaks ties, so that every product has a unique position (keyset pagination). */
export const PRODUCT_ORDERS = {
  NEWEST: { by: 'createdAt', direction: 'DESC' },
  OPENING_SOONEST: { by: 'opensAt', direction: 'ASC' },
  PRICE_ASCENDING: { by: 'amount', direction: 'ASC' },
  PRICE_DESCENDING: { by: 'amount', direction: 'DESC' },
} as const satisfies Record<ProductOrder, { by: keyof Product; direction: 'ASC' | 'DESC' }>;

/** A product's position in an order: the keyset of a page. */
export interface Position {
  readonly value: Date | number;
  readonly id: string;
}

/** The order is part of the cursor, because a position in one order means nothing in another. */
export function cursorOf(order: ProductOrder, product: Product): string {
  return cursorAt(order, { value: product[PRODUCT_ORDERS[order].by], id: product.id });
}

export const cursorAt = (order: ProductOrder, { value, id }: Position): string =>
  encodeCursor([order, Number(value), id]);

/** @returns null for a cursor that was not made by `cursorOf` for this order */
export function positionOf(order: ProductOrder, cursor: string): Position | null {
  const [madeFor, ...key] = decodeCursor(cursor, 3) ?? [];
  const place = madeFor === order ? readPlace(key[0], key[1]) : null;
  if (!place) return null;
  const { number, id } = place;
  return { value: PRODUCT_ORDERS[order].by === 'amount' ? number : new Date(number), id };
}
