import type { StockRow } from '../stock/stock-repository.ts';
import type { Candidate, Verdict } from '../orders/pending-order.ts';
import type { Excess } from './write-orders.ts';

/** Who is left out when a batch does not fit as a whole: whoever was admitted last. */

const bySeq = (productId: string) => (a: Candidate, b: Candidate) =>
  seqOf(a, productId) - seqOf(b, productId);

/**
 * In order of admission. Whoever bought several products has a place in the line of each: the next is who is first in all of theirs.
 * Two may each be first in another's line; then it is who came to the batch before the other.
 */
function inOrder(candidates: readonly Candidate[]): Candidate[] {
  const lines = new Map<string, Candidate[]>();
  for (const productId of productsOf(candidates))
    lines.set(productId, candidates.filter((one) => itemOf(one, productId)).sort(bySeq(productId)));
  const waiting = [...candidates];
  const ordered: Candidate[] = [];
  while (waiting.length > 0) {
    const first = waiting.findIndex((one) =>
      one.order.items.every(({ productId }) => lines.get(productId)![0] === one),
    );
    const [next] = waiting.splice(Math.max(0, first), 1) as [Candidate];
    ordered.push(next);
    for (const { productId } of next.order.items) {
      const line = lines.get(productId)!;
      line.splice(line.indexOf(next), 1);
    }
  }
  return ordered;
}

const productsOf = (candidates: readonly Candidate[]): Set<string> =>
  new Set(candidates.flatMap(({ order }) => order.items.map((item) => item.productId)));

const itemOf = ({ order }: Candidate, productId: string) =>
  order.items.find((item) => item.productId === productId);
const seqOf = (candidate: Candidate, productId: string) => itemOf(candidate, productId)?.seq ?? 0;

/** Gives a verdict to those who are of a dead epoch, and to those for whom no units are left. Who is refused one line takes none. */
export function fitByStock(
  candidates: readonly Candidate[],
  rows: ReadonlyMap<string, StockRow>,
  verdicts: Map<Candidate, Verdict>,
): void {
  const left = new Map(
    [...productsOf(candidates)].map((productId) => {
      const row = rows.get(productId);
      return [productId, row ? row.total - row.sold : 0];
    }),
  );
  for (const buyer of inOrder(candidates)) {
    const refusal = refusalOf(buyer, rows, left);
    if (refusal) verdicts.set(buyer, refusal);
    else
      for (const { productId, quantity } of buyer.order.items)
        left.set(productId, left.get(productId)! - quantity);
  }
}

function refusalOf(
  { order }: Candidate,
  rows: ReadonlyMap<string, StockRow>,
  left: ReadonlyMap<string, number>,
): Verdict | null {
  for (const { productId, epoch } of order.items) {
    const row = rows.get(productId);
    // Where the row has become older than it was both are dead: what comes next is later than either.
    if (row && row.epoch !== epoch)
      return { kind: 'staleEpoch', productId, epoch: Math.max(row.epoch, epoch + 1) };
  }
  const short = order.items.find(({ productId, quantity }) => quantity > left.get(productId)!);
  return short ? { kind: 'doesNotFit', productId: short.productId } : null;
}

/** Gives a verdict to those with whom their buyer would hold too much. */
export function fitByLimit(
  candidates: readonly Candidate[],
  excess: readonly Excess[],
  verdicts: Map<Candidate, Verdict>,
): void {
  for (const one of excess)
    for (const { candidate, held } of overLimit(candidates, one))
      verdicts.set(candidate, { kind: 'overLimit', productId: one.productId, held });
}

/** @returns the buyer's purchases that are too much by their own limit, in order of admission, with what the buyer holds without them */
export function overLimit(
  candidates: readonly Candidate[],
  { productId, userId, held }: Excess,
): { readonly candidate: Candidate; readonly held: number }[] {
  let holds = held;
  const tooMuch = [];
  const purchases = candidates
    .filter((one) => one.order.userId === userId && itemOf(one, productId))
    .sort(bySeq(productId));
  for (const candidate of purchases) {
    const { quantity } = itemOf(candidate, productId)!;
    const limit = candidate.limits.get(productId) ?? Number.POSITIVE_INFINITY;
    if (holds + quantity > limit) tooMuch.push({ candidate, held: holds });
    else holds += quantity;
  }
  return tooMuch;
}
