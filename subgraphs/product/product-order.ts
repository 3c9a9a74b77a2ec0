import { decodeCursor, encodeCursor, LAST_INSTANT } from '../../platform/graphql/connection.ts';
import { isUuid } from '../../platform/uuid.ts';
import type { ProductOrder } from './__generated__/resolvers-types.ts';
import type { Product } from './entities/product.ts';

/** How each order sorts. Products that are equal by it are sorted by id, so that every product has one place. */
export const PRODUCT_ORDERS = {
  NEWEST: { by: 'createdAt', direction: 'DESC' },
  OPENING_SOONEST: { by: 'opensAt', direction: 'ASC' },
  PRICE_ASCENDING: { by: 'amount', direction: 'ASC' },
  PRICE_DESCENDING: { by: 'amount', direction: 'DESC' },
} as const satisfies Record<ProductOrder, { by: keyof Product; direction: 'ASC' | 'DESC' }>;

/** A product's place in an order. */
export interface Position {
  readonly value: Date | number;
  readonly id: string;
}

/** The order is part of the cursor, since a place in one order means nothing in another. */
export function cursorOf(order: ProductOrder, product: Product): string {
  return cursorAt(order, { value: product[PRODUCT_ORDERS[order].by], id: product.id });
}

export const cursorAt = (order: ProductOrder, { value, id }: Position): string =>
  encodeCursor([order, Number(value), id]);

/** @returns null for a cursor that was not made by `cursorOf` for this order */
export function positionOf(order: ProductOrder, cursor: string): Position | null {
  const [madeFor, number, id] = decodeCursor(cursor, 3) ?? [];
  if (madeFor !== order || typeof number !== 'number' || typeof id !== 'string' || !isUuid(id)) return null;
  if (!Number.isSafeInteger(number) || number < 0 || number > LAST_INSTANT) return null;
  return { value: PRODUCT_ORDERS[order].by === 'amount' ? number : new Date(number), id };
}
