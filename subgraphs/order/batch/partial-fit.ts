import type { StockRow } from '../stock/stock-repository.ts';
import type { PendingOrder, WriteResult } from '../orders/pending-order.ts';
import type { Excess } from './write-orders.ts';

/** Who is left out when a batch does not fit as a whole: whoever was admitted last. */

const bySeq = (productId: string) => (a: PendingOrder, b: PendingOrder) =>
  seqOf(a, productId) - seqOf(b, productId);

/**
 * In order of admission. Whoever bought several products has a place in the line of each: the next is who is first in all of theirs.
 * Two may each be first in another's line; then it is who came to the batch before the other.
 */
function inOrder(pendingOrders: readonly PendingOrder[]): PendingOrder[] {
  const lines = new Map<string, PendingOrder[]>();
  for (const productId of productsOf(pendingOrders))
    lines.set(productId, pendingOrders.filter((one) => itemOf(one, productId)).sort(bySeq(productId)));
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

const itemOf = ({ order }: PendingOrder, productId: string) =>
  order.items.find((item) => item.productId === productId);
const seqOf = (pendingOrder: PendingOrder, productId: string) => itemOf(pendingOrder, productId)?.seq ?? 0;

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

/** @returns the buyer's purchases that are too much by their own limit, in order of admission, with what the buyer holds without them */
export function overLimit(
  pendingOrders: readonly PendingOrder[],
  { productId, userId, held }: Excess,
): { readonly pendingOrder: PendingOrder; readonly held: number }[] {
  let holds = held;
  const tooMuch = [];
  const purchases = pendingOrders
    .filter((one) => one.order.userId === userId && itemOf(one, productId))
    .sort(bySeq(productId));
  for (const pendingOrder of purchases) {
    const { quantity } = itemOf(pendingOrder, productId)!;
    const limit = pendingOrder.limits.get(productId) ?? Number.POSITIVE_INFINITY;
    if (holds + quantity > limit) tooMuch.push({ pendingOrder, held: holds });
    else holds += quantity;
  }
  return tooMuch;
}
