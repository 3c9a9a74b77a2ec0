import type { OrderStatus } from '../__generated__/resolvers-types.ts';

/** An order as it is stored. Money in the smallest unit of its currency. */
export interface Order {
  readonly id: string;
  readonly userId: string;
  readonly status: OrderStatus;
  readonly items: readonly OrderItem[];
  readonly totalAmount: number;
  readonly currency: string;
  /** Encrypted. */
  readonly shippingAddress: Buffer | null;
  /** When the order moves on by itself: to EXPIRED, SHIPPED, and so on. */
  readonly dueAt: Date | null;
  readonly createdAt: Date;
}

export interface OrderItem {
  readonly productId: string;
  readonly productName: string;
  readonly quantity: number;
  readonly unitPrice: number;
  /** The order's. */
  readonly currency: string;
  /** The reservation by which the item was admitted. */
  readonly epoch: number;
  readonly seq: number;
}

/** What stands under an order's id: an order, or the tombstone of a purchase that will never be one. */
export type OrderRecord =
  | { readonly kind: 'order'; readonly requestHash: Buffer; readonly order: Order }
  | { readonly kind: 'tombstone' };

/** Internal status of a tombstone; never shown. */
export const ABANDONED = 'ABANDONED';
