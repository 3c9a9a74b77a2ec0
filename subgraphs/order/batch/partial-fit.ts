import type { StockRow } from '../stock/stock-repository.ts';
import type { Candidate, Verdict } from './candidate.ts';
import type { Excess } from './write-orders.ts';

/** Who is left out when a batch does not fit as a whole: whoever was admitted last. */

const bySeq = (productId: string) => (a: Candidate, b: Candidate) =>
  seqOf(a, productId) - seqOf(b, productId);

const itemOf = ({ order }: Candidate, productId: string) =>
  order.items.find((item) => item.productId === productId);
const seqOf = (candidate: Candidate, productId: string) => itemOf(candidate, productId)?.seq ?? 0;

/** Gives a verdict to those who are of a dead epoch, and to those for whom no units are left. */
export function fitByStock(
  candidates: readonly Candidate[],
  rows: ReadonlyMap<string, StockRow>,
  verdicts: Map<Candidate, Verdict>,
): void {
  const products = new Set(candidates.flatMap(({ order }) => order.items.map((item) => item.productId)));
  for (const productId of products) {
    const row = rows.get(productId);
    let left = row ? row.total - row.sold : 0;
    const buyers = candidates
      .filter((one) => itemOf(one, productId) && !verdicts.has(one))
      .sort(bySeq(productId));
    for (const buyer of buyers) {
      const { quantity, epoch } = itemOf(buyer, productId)!;
      if (row && row.epoch !== epoch) {
        verdicts.set(buyer, { kind: 'staleEpoch', productId, epoch: row.epoch });
      } else if (quantity > left) {
        verdicts.set(buyer, { kind: 'doesNotFit', productId });
      } else {
        left -= quantity;
      }
    }
  }
}

/** Gives a verdict to those with whom their buyer would hold too much. */
export function fitByLimit(
  candidates: readonly Candidate[],
  excess: readonly Excess[],
  verdicts: Map<Candidate, Verdict>,
): void {
  for (const { productId, userId, held } of excess) {
    let holds = held;
    const purchases = candidates
      .filter((one) => one.order.userId === userId && itemOf(one, productId))
      .sort(bySeq(productId));
    for (const purchase of purchases) {
      const { quantity } = itemOf(purchase, productId)!;
      const limit = purchase.limits.get(productId) ?? Number.POSITIVE_INFINITY;
      if (holds + quantity > limit) verdicts.set(purchase, { kind: 'overLimit', productId, held: holds });
      else holds += quantity;
    }
  }
}
