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
  /** Read by a list: what is read of it further is read by the connections of lists, too. */
  readonly isListed?: true;
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

/** Every status that is shown. */
export const ORDER_STATUSES = Object.keys({
  PENDING_PAYMENT: 1,
  PAYING: 1,
  PAID: 1,
  SHIPPED: 1,
  DELIVERED: 1,
  RETURN_REQUESTED: 1,
  RETURNED: 1,
  CANCELLED: 1,
  EXPIRED: 1,
} satisfies Record<OrderStatus, 1>) as readonly OrderStatus[];

/** Internal status of a tombstone; never shown. */
export const ABANDONED = 'ABANDONED';
