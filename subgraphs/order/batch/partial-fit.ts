import type { StockRow } from '../stock/stock-repository.ts';
import { overLimit, type Excess } from '../orders/holdings.ts';
import { inSequence, itemOf, type PendingOrder } from '../orders/pending-order.ts';
import type { WriteResult } from './write-result.ts';

/** Who is left out when a batch does not fit as a whole: whoever was admitted last. */

/**
 * In order of admission. Whoever bought several products has a place in the line of each: the next is who is first in all of theirs.
 * Two may each be first in another's line; then it is who came to the batch before the other.
 */
function inOrder(pendingOrders: readonly PendingOrder[]): PendingOrder[] {
  const lines = new Map<string, PendingOrder[]>();
  for (const productId of productsOf(pendingOrders))
    lines.set(productId, pendingOrders.filter((one) => itemOf(one, productId)).sort(inSequence(productId)));
  const waiting = [...pendingOrders];
  const ordered: PendingOrder[] = [];
  while (waiting.length > 0) {
    const first = waiting.findIndex((one) =>
      one.order.items.every(({ productId }) => lines.get(productId)![0] === one),
    );
    const [next] = waiting.splice(Math.max(0, first), 1) as [PendingOrder];
    ordered.push(next);
    for (const { productId } of next.order.items) {
      const line = lines.get(productId)!;
      line.splice(line.indexOf(next), 1);
    }
  }
  return ordered;
}

const productsOf = (pendingOrders: readonly PendingOrder[]): Set<string> =>
  new Set(pendingOrders.flatMap(({ order }) => order.items.map((item) => item.productId)));

/** Gives a result to those who are of a dead epoch, and to those for whom no units are left. Who is refused one line takes none. */
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
    // Where the row has become older than it was both are dead: what comes next is later than either.
    if (row && row.epoch !== epoch)
      return { kind: 'staleEpoch', productId, epoch: Math.max(row.epoch, epoch + 1) };
  }
  const short = order.items.find(({ productId, quantity }) => quantity > left.get(productId)!);
  return short ? { kind: 'insufficientStock', productId: short.productId } : null;
}

/** Gives a result to those with whom their buyer would hold too much. */
export function fitByLimit(
  pendingOrders: readonly PendingOrder[],
  excess: readonly Excess[],
  results: Map<PendingOrder, WriteResult>,
): void {
  for (const one of excess)
    for (const { pendingOrder, held } of overLimit(pendingOrders, one))
      results.set(pendingOrder, { kind: 'overLimit', productId: one.productId, held });
}
