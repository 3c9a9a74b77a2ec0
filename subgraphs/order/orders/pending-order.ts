import type { Span } from '../../../platform/observability/span.ts';
import type { Order, OrderRecord } from './order.ts';

/** A purchase that Redis has admitted and that asks to be written. */
export interface PendingOrder {
  /** As it will stand, but for the times, which are those of the transaction; its items name their reservations. */
  readonly order: UnwrittenOrder;
  /** How long the buyer has to pay, in milliseconds. */
  readonly paymentTimeoutMs: number;
  readonly requestHash: Buffer;
  /** By product, the most units that the buyer may hold. */
  readonly limits: ReadonlyMap<string, number>;
  readonly span?: Span;
  /** When its attempt began, of `Date.now()`; left out: now. It is not written long after that (`BatchWriter`). */
  readonly begunAt?: number;
}

export type UnwrittenOrder = Omit<Order, 'createdAt' | 'dueAt'>;

/** @param now by MySQL's clock, which judges whether it is due */
export const writtenAt = ({ order, paymentTimeoutMs }: PendingOrder, now: Date): Order => ({
  ...order,
  createdAt: now,
  dueAt: new Date(now.getTime() + paymentTimeoutMs),
});

/** What became of a pending order. */
export type WriteResult =
  /** Committed, as it stands. */
  | { readonly kind: 'ordered'; readonly order: Order }
  /** Something stands under the id already: an order written before, or a tombstone. Nothing was written. */
  | { readonly kind: 'exists'; readonly record: OrderRecord }
  /** Rolled back, and so are these: fewer units are left than Redis took there to be. */
  | { readonly kind: 'insufficientStock'; readonly productId: string }
  | { readonly kind: 'overLimit'; readonly productId: string; readonly held: number }
  /** A rebuild has begun since the reservation; MySQL is at `epoch`. */
  | { readonly kind: 'staleEpoch'; readonly productId: string; readonly epoch: number }
  /** As far as is known, and given up for now; its reservation stays, so that the same key can try again. */
  | { readonly kind: 'notWritten' }
  /** Nothing was written, nor may it be any more: its attempt began too long ago. */
  | { readonly kind: 'tooOld' };

/** How many units of each product the pending orders buy. */
export const unitsOf = (pendingOrders: readonly PendingOrder[]): Map<string, number> => {
  const units = new Map<string, number>();
  for (const { order } of pendingOrders) {
    for (const { productId, quantity } of order.items)
      units.set(productId, (units.get(productId) ?? 0) + quantity);
  }
  return units;
};
