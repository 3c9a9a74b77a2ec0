import type { StockRow } from '../stock/stock-repository.ts';
import { overLimit, type Excess } from '../orders/holdings.ts';
import { inSequence, itemOf, type PendingOrder } from '../orders/pending-order.ts';
import type { WriteResult } from './write-result.ts';

/** Which pending orders are left out when a batch does not fit as a whole: those that were admitted last. */

/**
 * In order of admission. A pending order of several products has a place in the queue of each: the next one is first in all of its queues.
 * Two may each be first in one of the other's queues; then the one that came to the batch first is next.
 */
function inOrder(pendingOrders: readonly PendingOrder[]): PendingOrder[] {
  const queues = new Map<string, PendingOrder[]>();
  for (const productId of productsOf(pendingOrders))
    queues.set(productId, pendingOrders.filter((one) => itemOf(one, productId)).sort(inSequence(productId)));
  const waiting = [...pendingOrders];
  const ordered: PendingOrder[] = [];
  while (waiting.length > 0) {
    const first = waiting.findIndex((one) =>
      one.order.items.every(({ productId }) => queues.get(productId)![0] === one),
    );
    const [next] = waiting.splice(Math.max(0, first), 1) as [PendingOrder];
    ordered.push(next);
    for (const { productId } of next.order.items) {
      const queue = queues.get(productId)!;
      queue.splice(queue.indexOf(next), 1);
    }
  }
  return ordered;
}

const productsOf = (pendingOrders: readonly PendingOrder[]): Set<string> =>
  new Set(pendingOrders.flatMap(({ order }) => order.items.map((item) => item.productId)));

/** Gives a result to those of a dead epoch, and to those for which too few units are left. One that is refused a product takes no units. */
export function fitByStock(
  pendingOrders: readonly PendingOrder[],
  rows: ReadonlyMap<string, StockRow>,
  results: Map<PendingOrder, WriteResult>,
): void {
  const left = new Map(
    [...productsOf(pendingOrders)].map((productId) => {
      const row = rows.get(productId);
      return [productId, row ? row.total - row.sold : 0];
    }),
  );
  for (const buyer of inOrder(pendingOrders)) {
    const refusal = refusalOf(buyer, rows, left);
    if (refusal) results.set(buyer, refusal);
    else
      for (const { productId, quantity } of buyer.order.items)
        left.set(productId, left.get(productId)! - quantity);
  }
}

function refusalOf(
  { order }: PendingOrder,
  rows: ReadonlyMap<string, StockRow>,
  left: ReadonlyMap<string, number>,
): WriteResult | null {
  for (const { productId, epoch } of order.items) {
    const row = rows.get(productId);
    // Where the row has become older than it was both epochs are dead: the next one is later than either.
    if (row && row.epoch !== epoch)
      return { kind: 'staleEpoch', productId, epoch: Math.max(row.epoch, epoch + 1) };
  }
  const short = order.items.find(({ productId, quantity }) => quantity > left.get(productId)!);
  return short ? { kind: 'insufficientStock', productId: short.productId } : null;
}

/** Gives a result to those with which their buyer would exceed the limit. */
export function fitByLimit(
  pendingOrders: readonly PendingOrder[],
  excess: readonly Excess[],
  results: Map<PendingOrder, WriteResult>,
): void {
  for (const one of excess)
    for (const { pendingOrder, held } of overLimit(pendingOrders, one))
      results.set(pendingOrder, { kind: 'overLimit', productId: one.productId, held });
}
