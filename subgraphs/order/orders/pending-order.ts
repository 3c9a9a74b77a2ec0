import type { Span } from '../../../platform/observability/span.ts';
import type { Order, OrderItem } from './order.ts';

/** A purchase that was admitted and is not written yet. */
export interface PendingOrder {
  /** As it will stand, but for the times, which are those of the transaction; its items name their reservations. */
  readonly order: UnwrittenOrder;
  /** How long the buyer has to pay, in milliseconds. */
  readonly paymentTimeoutMs: number;
  readonly requestHash: Buffer;
  /** By product, the most units that the buyer may hold. */
  readonly limits: ReadonlyMap<string, number>;
  readonly span?: Span;
  /** When its attempt began, of `Date.now()`; left out: now. It is not written long after that (`isTooOldToWrite`). */
  readonly begunAt?: number;
}

export type UnwrittenOrder = Omit<Order, 'createdAt' | 'dueAt'>;

/** @param now by MySQL's clock, which decides whether it is due */
export const writtenAt = ({ order, paymentTimeoutMs }: PendingOrder, now: Date): Order => ({
  ...order,
  createdAt: now,
  dueAt: dueTime(now, paymentTimeoutMs),
});

/** When an order that was written at this moment is due to be paid. */
export const dueTime = (writtenAt: Date, paymentTimeoutMs: number): Date =>
  new Date(writtenAt.getTime() + paymentTimeoutMs);

export const itemOf = ({ order }: PendingOrder, productId: string): OrderItem | undefined =>
  order.items.find((item) => item.productId === productId);

/** Compares by order of admission to a product. */
export const inSequence = (productId: string) => (a: PendingOrder, b: PendingOrder) =>
  seqOf(a, productId) - seqOf(b, productId);

const seqOf = (pendingOrder: PendingOrder, productId: string) => itemOf(pendingOrder, productId)?.seq ?? 0;

/** How many units of each product the pending orders buy. */
export const unitsOf = (pendingOrders: readonly PendingOrder[]): Map<string, number> => {
  const units = new Map<string, number>();
  for (const { order } of pendingOrders) {
    for (const { productId, quantity } of order.items)
      units.set(productId, (units.get(productId) ?? 0) + quantity);
  }
  return units;
};
