import type { StockTake } from '../stock/stock-repository.ts';
import type { PendingOrder } from '../orders/pending-order.ts';

/** Purchases of one product from which on its row may be worth an exception to the order of keys. */
const HOT_FROM = 16;

/**
 * What the pending orders take, one epoch of each product (the queue provides for that), in the order in which the rows are locked: by key, so
 * that two batches cannot wait for each other in a circle. A product that most of the purchases are for comes last, since most other
 * batches wait for its row. Where two processes differ in which one that is, the server ends one of the two transactions, which
 * runs again.
 */
export function inLockOrder(pendingOrders: readonly PendingOrder[]): StockTake[] {
  const takes = new Map<string, StockTake & { units: number; purchases: number }>();
  for (const { order } of pendingOrders) {
    for (const { productId, epoch, quantity } of order.items) {
      const take = takes.get(productId);
      if (!take) takes.set(productId, { productId, epoch, units: quantity, purchases: 1 });
      else {
        take.units += quantity;
        take.purchases++;
      }
    }
  }
  if (takes.size === 1) return [...takes.values()];
  const hotFrom = Math.max(HOT_FROM, pendingOrders.length / 2);
  const isHot = ({ purchases }: { readonly purchases: number }) => Number(purchases > hotFrom);
  return [...takes.values()].sort((a, b) => isHot(a) - isHot(b) || (a.productId < b.productId ? -1 : 1));
}
