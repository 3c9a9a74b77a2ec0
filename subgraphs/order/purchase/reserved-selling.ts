import type { Logger } from '../../../platform/logger.ts';
import type { Candidate, Verdict } from '../batch/candidate.ts';
import type { OrderBatch } from '../batch/order-batch.ts';
import type { Tombstones } from '../batch/tombstones.ts';
import type { OrderRecord } from '../orders/order.ts';
import type { OrderLookup } from '../orders/order-lookup.ts';
import type { ProductForSale } from '../products/product-reader.ts';
import type { Readiness } from '../stock/readiness.ts';
import { isRefusal, type Refusal, type Reservation } from '../stock/stock-outcomes.ts';
import type { StockService } from '../stock/stock-service.ts';
import type { Attempt } from './attempt.ts';
import * as answer from './outcomes.ts';
import type { PurchaseOutcome } from './outcomes.ts';
import { replay } from './replay.ts';
import type { SellingStrategy } from './selling-strategy.ts';
import { settleReservation } from './settle-reservation.ts';
import { toCandidate } from './to-candidate.ts';

export interface ReservedSellingDependencies {
  readonly stock: StockService;
  readonly batch: OrderBatch;
  readonly tombstones: Tombstones;
  readonly lookup: OrderLookup;
  /** How long a buyer has to pay, in milliseconds. */
  readonly paymentTimeoutMs: number;
  readonly logger: Logger;
}

/**
 * The strategies `atomic` and `lock`: Redis admits, in order of arrival; MySQL decides; the answer goes out after COMMIT.
 *
 * A no from before admission is final at once. After admission a reservation is given up only behind a tombstone in MySQL, and
 * where even that cannot be had the answer is `OutcomeUnknown`, never no.
 */
export class ReservedSelling implements SellingStrategy {
  readonly #the: ReservedSellingDependencies;

  constructor(dependencies: ReservedSellingDependencies) {
    this.#the = dependencies;
  }

  get hasRoom(): boolean {
    return this.#the.batch.hasRoom;
  }

  async sell(attempt: Attempt, products: ReadonlyMap<string, ProductForSale>): Promise<PurchaseOutcome> {
    const unready = await this.#makeAllReady(attempt, products);
    if (unready) return unready;

    // Once more after a rebuild has overtaken the reservation, or has just made the product ready.
    for (let round = 1; round <= 2; round++) {
      const admission = await this.#reserve(attempt, products);
      if (admission.kind === 'answered') return admission.outcome;
      if (admission.kind === 'notReady') {
        const readiness =
          round === 1 ? await this.#makeReady(attempt, admission.productId, 0, products) : 'notReady';
        if (readiness === 'noStock') return answer.soldOut(admission.productId);
        if (readiness === 'notReady') return answer.busy;
        continue;
      }
      const writing = attempt.span.child('write');
      const candidate = toCandidate(
        attempt,
        products,
        admission.reservations,
        this.#the.paymentTimeoutMs,
        writing,
      );
      const verdict = await this.#the.batch.submit(candidate);
      writing.note({ verdict: verdict.kind });
      writing.end();
      if (verdict.kind !== 'staleEpoch')
        return this.#conclude(attempt, candidate, admission.reservations, verdict);
      await this.#makeReady(attempt, verdict.productId, verdict.epoch, products);
    }
    return answer.unknown;
  }

  /**
   * Several products are made ready before the first of them is reserved: one that is not found ready later on takes the
   * whole attempt down with it, for good.
   */
  async #makeAllReady(
    attempt: Attempt,
    products: ReadonlyMap<string, ProductForSale>,
  ): Promise<PurchaseOutcome | null> {
    if (attempt.lines.length === 1) return null;
    const found = await Promise.all(
      attempt.lines.map(async ({ productId }) => ({
        productId,
        readiness: await this.#makeReady(attempt, productId, 0, products),
      })),
    );
    const without = found.find(({ readiness }) => readiness === 'noStock');
    if (without) return answer.soldOut(without.productId);
    return found.every(({ readiness }) => readiness === 'ready') ? null : answer.busy;
  }

  /** All lines of the attempt, or none. */
  async #reserve(attempt: Attempt, products: ReadonlyMap<string, ProductForSale>): Promise<Admission> {
    const reservations: Reservation[] = [];
    for (const { productId, quantity } of attempt.lines) {
      const { terms } = products.get(productId)!;
      const { orderId, userId, deadline } = attempt;
      const span = attempt.span.child('reserve');
      const outcome = await this.#the.stock.reserve(
        productId,
        { orderId, userId, quantity, deadline, span },
        terms,
      );
      span.note({ outcome: outcome.kind });
      span.end();

      if (outcome.kind === 'reserved') {
        reservations.push(outcome.reservation);
        continue;
      }
      if (isRefusal(outcome)) {
        const refusal = toAnswer(outcome, products.get(productId)!);
        return answered(
          reservations.length > 0
            ? await this.#giveUp(attempt, reservations, refusal)
            : outcome.certain
              ? refusal
              : await this.#unlessKnown(attempt, refusal),
        );
      }
      if (outcome.kind === 'unanswered') return answered(answer.unknown);
      if (reservations.length > 0)
        return answered(await this.#giveUp(attempt, reservations, answer.abandoned));
      switch (outcome.kind) {
        case 'settled':
          return answered(await this.#unlessKnown(attempt, answer.unknown));
        case 'otherQuantity':
          return answered(answer.keyReused);
        case 'tooLate':
          return answered(answer.busy);
        case 'notReady':
          return { kind: 'notReady', productId };
      }
    }
    return { kind: 'reserved', reservations };
  }

  async #conclude(
    attempt: Attempt,
    candidate: Candidate,
    reservations: readonly Reservation[],
    verdict: Exclude<Verdict, { kind: 'staleEpoch' }>,
  ): Promise<PurchaseOutcome> {
    switch (verdict.kind) {
      case 'ordered':
        for (const reservation of reservations) this.#inBackground(this.#the.stock.confirm(reservation));
        return answer.confirmed(candidate.order, false);
      case 'exists':
        this.#settleReservations(reservations, verdict.record);
        return replay(attempt, verdict.record);
      case 'doesNotFit':
        return this.#giveUp(attempt, reservations, answer.soldOut(verdict.productId));
      case 'overLimit':
        return this.#giveUp(
          attempt,
          reservations,
          answer.limitExceeded(candidate.limits.get(verdict.productId)!, verdict.held),
        );
      case 'failed':
        return this.#giveUp(attempt, reservations, answer.abandoned);
      case 'unknown':
        return answer.unknown;
    }
  }

  /** Tombstone first, then release, then the answer. If an order stands in the tombstone's place, that is the answer. */
  async #giveUp(
    attempt: Attempt,
    reservations: readonly Reservation[],
    refusal: PurchaseOutcome,
  ): Promise<PurchaseOutcome> {
    try {
      const record = await this.#the.tombstones.settle(attempt);
      this.#settleReservations(reservations, record);
      return record.kind === 'tombstone' ? refusal : replay(attempt, record);
    } catch (error) {
      this.#the.logger.warn({ err: error, orderId: attempt.orderId }, 'a purchase could not be given up');
      return answer.unknown;
    }
  }

  /** A refusal for a key that Redis may have forgotten: unless MySQL knows better. */
  async #unlessKnown(attempt: Attempt, refusal: PurchaseOutcome): Promise<PurchaseOutcome> {
    try {
      const record = await this.#the.lookup.find(attempt.orderId);
      return record ? replay(attempt, record) : refusal;
    } catch (error) {
      this.#the.logger.warn({ err: error, orderId: attempt.orderId }, 'a key could not be looked up');
      return answer.unknown;
    }
  }

  #settleReservations(reservations: readonly Reservation[], record: OrderRecord): void {
    for (const reservation of reservations) {
      this.#inBackground(settleReservation(this.#the.stock, reservation, record));
    }
  }

  #makeReady(
    attempt: Attempt,
    productId: string,
    minEpoch: number,
    products: ReadonlyMap<string, ProductForSale>,
  ): Promise<Readiness> {
    const needsHoldings = products.get(productId)!.terms.purchaseLimit !== null;
    return this.#the.stock.ensureReady({ productId, minEpoch, needsHoldings, deadline: attempt.deadline });
  }

  /** Nobody waits for this: where it fails the reaper does it again. */
  #inBackground(work: Promise<void>): void {
    work.catch((error: unknown) =>
      this.#the.logger.warn({ err: error }, 'a reservation stays for the reaper'),
    );
  }
}

type Admission =
  | { readonly kind: 'reserved'; readonly reservations: readonly Reservation[] }
  | { readonly kind: 'notReady'; readonly productId: string }
  | { readonly kind: 'answered'; readonly outcome: PurchaseOutcome };

const answered = (outcome: PurchaseOutcome): Admission => ({ kind: 'answered', outcome });

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
