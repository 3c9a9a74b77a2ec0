import type { Order, OrderRecord } from '../orders/order.ts';

/** What became of a pending order. */
export type WriteResult =
  /** Committed, as it stands. */
  | { readonly kind: 'ordered'; readonly order: Order }
  /** An order written before, or a tombstone, stands under the id already. Nothing was written. */
  | { readonly kind: 'exists'; readonly record: OrderRecord }
  /** Rolled back, and so are these: MySQL has fewer units left than Redis counted. */
  | { readonly kind: 'insufficientStock'; readonly productId: string }
  | { readonly kind: 'overLimit'; readonly productId: string; readonly held: number }
  /** A rebuild has begun since the reservation; MySQL is at `epoch`. */
  | { readonly kind: 'staleEpoch'; readonly productId: string; readonly epoch: number }
  /** As far as is known, and not retried for now; its reservation stays, so that the same key can try again. */
  | { readonly kind: 'notWritten' }
  /** Nothing was written, nor may it be any more: its attempt began too long ago. */
  | { readonly kind: 'tooOld' };
