import type { Logger } from '../../../platform/logger.ts';
import { Fault } from '../../../platform/errors.ts';
import { invalidInput } from '../../../platform/graphql/invalid-input.ts';
import type { Candidate, Verdict } from '../batch/candidate.ts';
import type { OrderBatch } from '../batch/order-batch.ts';
import type { Tombstones } from '../batch/tombstones.ts';
import type { Order, OrderRecord } from '../orders/order.ts';
import type { OrderLookup } from '../orders/order-lookup.ts';
import type { ProductForSale, ProductReader } from '../products/product-reader.ts';
import { isRefusal, type Refusal, type Reservation } from '../stock/stock-outcomes.ts';
import type { Readiness } from '../stock/readiness.ts';
import type { StockService } from '../stock/stock-service.ts';
import type { Attempt } from './attempt.ts';
import type { InFlight } from './in-flight.ts';
import * as answer from './outcomes.ts';
import type { PurchaseOutcome } from './outcomes.ts';
import { settleReservation } from './settle-reservation.ts';

export interface PurchaseDependencies {
  readonly products: ProductReader;
  readonly stock: StockService;
  readonly batch: OrderBatch;
  readonly tombstones: Tombstones;
  readonly lookup: OrderLookup;
  readonly inFlight: InFlight;
  /** How long a buyer has to pay, in milliseconds. */
  readonly paymentTimeoutMs: number;
  /** Purchases under way in this process, at the most; more are told `Busy` before anything is reserved. */
  readonly maxInFlight: number;
  readonly logger: Logger;
}

/**
 * Buys, or says why not. Redis admits, in order of arrival; MySQL decides; the answer goes out after COMMIT.
 *
 * A no from before admission is final at once. After admission a reservation is given up only behind a tombstone in MySQL, and
 * where even that cannot be had the answer is `OutcomeUnknown`, never no.
 */
export class Purchases {
  readonly #the: PurchaseDependencies;

  constructor(dependencies: PurchaseDependencies) {
    this.#the = dependencies;
  }

  buy(attempt: Attempt): Promise<PurchaseOutcome> {
    const { inFlight, maxInFlight, batch } = this.#the;
    if (inFlight.size >= maxInFlight || !batch.hasRoom) return Promise.resolve(answer.busy);
    return inFlight.settle(attempt, () => this.#settle(attempt));
  }

  async #settle(attempt: Attempt): Promise<PurchaseOutcome> {
    const products = await this.#readProducts(attempt);
    if ('__typename' in products) return products;
    const tooDear = checkTotal(attempt, products);
    if (tooDear) return tooDear;

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
      const candidate = toCandidate(attempt, products, admission.reservations, this.#the.paymentTimeoutMs);
      const verdict = await this.#the.batch.submit(candidate);
      if (verdict.kind !== 'staleEpoch')
        return this.#conclude(attempt, candidate, admission.reservations, verdict);
      await this.#makeReady(attempt, verdict.productId, verdict.epoch, products);
    }
    return answer.unknown;
  }

  async #readProducts(attempt: Attempt): Promise<Map<string, ProductForSale> | PurchaseOutcome> {
    try {
      const products = await Promise.all(
        attempt.lines.map(({ productId }) => this.#the.products.read(productId)),
      );
      const found = products.filter((product) => product !== null);
      if (found.length < attempt.lines.length) return answer.productNotFound;
      return new Map(found.map((product) => [product.id, product]));
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      return answer.busy;
    }
  }

  /** All lines of the attempt, or none. */
  async #reserve(attempt: Attempt, products: ReadonlyMap<string, ProductForSale>): Promise<Admission> {
    const reservations: Reservation[] = [];
    for (const { productId, quantity } of attempt.lines) {
      const { terms } = products.get(productId)!;
      const { orderId, userId, deadline } = attempt;
      const outcome = await this.#the.stock.reserve(
        productId,
        { orderId, userId, quantity, deadline },
        terms,
      );

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
    const countHoldings = products.get(productId)!.terms.purchaseLimit !== null;
    return this.#the.stock.ensureReady({ productId, minEpoch, countHoldings, deadline: attempt.deadline });
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

/** Amounts are GraphQL Ints; a total that is none could be written and never be read. */
function checkTotal(attempt: Attempt, products: ReadonlyMap<string, ProductForSale>): PurchaseOutcome | null {
  const total = attempt.lines.reduce(
    (sum, { productId, quantity }) => sum + quantity * products.get(productId)!.unitPrice,
    0,
  );
  if (total <= LARGEST_TOTAL) return null;
  return invalidInput([{ path: 'quantity', message: `The order's total may be at most ${LARGEST_TOTAL}.` }]);
}

const LARGEST_TOTAL = 2 ** 31 - 1;

function replay(attempt: Attempt, record: OrderRecord): PurchaseOutcome {
  if (record.kind === 'tombstone') return answer.abandoned;
  if (!record.requestHash.equals(attempt.requestHash)) return answer.keyReused;
  return answer.confirmed(record.order, true);
}

function toCandidate(
  attempt: Attempt,
  products: ReadonlyMap<string, ProductForSale>,
  reservations: readonly Reservation[],
  paymentTimeoutMs: number,
): Candidate {
  const now = Date.now();
  const items = attempt.lines.map(({ productId, quantity }, index) => {
    const { name, unitPrice, currency } = products.get(productId)!;
    const { epoch, seq } = reservations[index]!;
    return { productId, quantity, unitPrice, currency, productName: name, epoch, seq };
  });
  const order: Order = {
    id: attempt.orderId,
    userId: attempt.userId,
    status: 'PENDING_PAYMENT',
    items,
    totalAmount: items.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice, 0),
    currency: products.get(attempt.lines[0]!.productId)!.currency,
    shippingAddress: null,
    dueAt: new Date(now + paymentTimeoutMs),
    createdAt: new Date(now),
  };
  const limits = new Map<string, number>();
  for (const { id, terms } of products.values())
    if (terms.purchaseLimit !== null) limits.set(id, terms.purchaseLimit);
  return { order, requestHash: attempt.requestHash, limits };
}
