import type { Logger } from '../../../platform/logger.ts';
import type { OrderLookup } from '../orders/order-lookup.ts';
import type { ProductForSale } from '../products/product-reader.ts';
import { isRefusal, type Refusal, type Reservation, type ReserveOutcome } from '../stock/stock-outcomes.ts';
import type { StockService } from '../stock/stock-service.ts';
import type { Attempt, Line } from './attempt.ts';
import type { FinalRefusals } from './final-refusals.ts';
import type { HeldReservations } from './held-reservations.ts';
import * as answer from './outcomes.ts';
import type { PurchaseOutcome } from './outcomes.ts';
import { refuseUnlessOrderExists } from './replay.ts';

export interface ReserveLinesDependencies {
  readonly stock: StockService;
  readonly held: HeldReservations;
  readonly lookup: OrderLookup;
  readonly refusals: FinalRefusals;
  readonly logger: Logger;
}

export interface ReserveLinesOptions {
  readonly earlier?: readonly Reservation[];
  readonly onlyResumes?: boolean;
}

export type LinesReserved =
  | { readonly kind: 'reserved'; readonly reservations: readonly Reservation[] }
  /** With what is reserved so far, and stays so. */
  | {
      readonly kind: 'notReady';
      readonly productId: string;
      /** Of the epochs before it is known that they cannot be sold from; 0: of none. */
      readonly minEpoch: number;
      readonly reservations: readonly Reservation[];
    }
  /** It ends here. What it had reserved is released behind a tombstone, or stays for the same key and then the reaper. */
  | { readonly kind: 'answered'; readonly outcome: PurchaseOutcome };

/**
 * Reserves all lines of an attempt, one after the other, or none. Never rejects.
 *
 * @param earlier what the attempt has reserved before, and a refusal has to release, too
 * @param onlyResumes whether nothing is reserved that was not reserved before; then the lines that were keep their place
 */
export async function reserveLines(
  deps: ReserveLinesDependencies,
  attempt: Attempt,
  products: ReadonlyMap<string, ProductForSale>,
  { earlier = [], onlyResumes = false }: ReserveLinesOptions = {},
): Promise<LinesReserved> {
  const reservations: Reservation[] = [];
  let isTurnedAway = false;
  for (const line of attempt.lines) {
    const product = products.get(line.productId)!;
    const outcome = await reserveLine(deps.stock, attempt, line, product, onlyResumes);
    if (outcome.kind === 'reserved') {
      reservations.push(outcome.reservation);
      continue;
    }
    if (outcome.kind === 'notAdmitted') {
      isTurnedAway = true;
      continue;
    }
    // Whether it was admitted is not known, so the lines before are left to the reaper, which settles them by MySQL.
    if (outcome.kind === 'unanswered') return answered(answer.unknown);
    const held = [...earlier, ...reservations];
    if (outcome.kind === 'notReady') {
      const { minEpoch = 0 } = outcome;
      return { kind: 'notReady', productId: line.productId, minEpoch, reservations: held };
    }
    if (held.length > 0) {
      // Nothing of it was written, so its reservations are kept for the same key.
      if (outcome.kind === 'tooLate') return answered(answer.unknown);
      const refusal = isRefusal(outcome) ? toAnswer(outcome, product) : answer.abandoned;
      return answered(await deps.held.abortBehindTombstone(attempt, held, refusal));
    }
    return answered(await refuse(deps, attempt, outcome, product));
  }
  if (isTurnedAway) return answered(reservations.length === 0 ? answer.busy : answer.unknown);
  return { kind: 'reserved', reservations };
}

async function reserveLine(
  stock: StockService,
  { orderId, userId, deadline, startedAt, span: parent }: Attempt,
  { productId, quantity }: Line,
  { terms }: ProductForSale,
  onlyResumes: boolean,
): Promise<ReserveOutcome> {
  const span = parent.child('reserve');
  const request = { orderId, userId, quantity, deadline, startedAt, onlyResumes, span };
  const outcome = await stock.reserve(productId, request, terms);
  span.setAttributes({ outcome: outcome.kind });
  span.end();
  return outcome;
}

/** With nothing reserved. Redis may have lost a key that has bought, and of a settled one it has no more than that. */
async function refuse(
  deps: ReserveLinesDependencies,
  attempt: Attempt,
  outcome: Refusal | { readonly kind: 'settled' | 'otherQuantity' | 'tooLate' | 'superseded' },
  product: ProductForSale,
): Promise<PurchaseOutcome> {
  switch (outcome.kind) {
    case 'settled': {
      // By an order or a tombstone in MySQL; if MySQL has lost it, a new tombstone settles the key again.
      const found = await refuseUnlessOrderExists(deps, attempt, answer.abandoned);
      return found === answer.abandoned ? deps.held.abortBehindTombstone(attempt, [], found) : found;
    }
    case 'otherQuantity':
      return answer.keyReused;
    case 'tooLate':
      return answer.busy;
    case 'superseded':
      return refuseUnlessOrderExists(deps, attempt, answer.busy);
    default:
      return deps.refusals.give(attempt, toAnswer(outcome, product));
  }
}

const answered = (outcome: PurchaseOutcome): LinesReserved => ({ kind: 'answered', outcome });

function toAnswer(refusal: Refusal, { id, terms }: ProductForSale): PurchaseOutcome {
  switch (refusal.kind) {
    case 'notOpen':
      return answer.saleNotOpen(terms.opensAt, refusal.now);
    case 'closed':
      return answer.saleClosed(terms.withdrawn ? null : terms.closesAt);
    case 'overLimit':
      return answer.limitExceeded(terms.purchaseLimit!, refusal.held);
    case 'soldOut':
      return answer.soldOut(id);
  }
}
