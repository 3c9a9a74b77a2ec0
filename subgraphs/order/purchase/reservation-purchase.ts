import type { Logger } from '../../../platform/logger.ts';
import type { PendingOrder } from '../orders/pending-order.ts';
import type { WriteResult } from '../batch/write-result.ts';
import type { OrderBatch } from '../batch/order-batch.ts';
import type { Tombstones } from '../orders/tombstones.ts';
import type { OrderLookup } from '../orders/order-lookup.ts';
import type { ProductForSale } from '../products/product-reader.ts';
import type { Readiness } from '../stock/readiness.ts';
import type { Reservation } from '../stock/stock-outcomes.ts';
import type { StockService } from '../stock/stock-service.ts';
import type { Attempt } from './attempt.ts';
import type { FinalRefusals } from './final-refusals.ts';
import { HeldReservations } from './held-reservations.ts';
import * as answer from './outcomes.ts';
import type { PurchaseOutcome } from './outcomes.ts';
import { replay } from './replay.ts';
import { reserveLines } from './reserve-lines.ts';
import type { ProductsOrOutcome, PurchaseStrategy } from './purchase-strategy.ts';
import { toPendingOrder } from './to-pending-order.ts';

export interface ReservationPurchaseDependencies {
  readonly stock: StockService;
  readonly batch: OrderBatch;
  readonly tombstones: Tombstones;
  readonly lookup: OrderLookup;
  readonly refusals: FinalRefusals;
  /** How long a buyer has to pay, in milliseconds. */
  readonly paymentTimeoutMs: number;
  readonly logger: Logger;
}

/**
 * The strategies `atomic` and `lock`: Redis admits, in order of arrival; MySQL decides; the answer goes out after COMMIT.
 *
 * A refusal from before admission is final at once. After admission a reservation is released only behind a tombstone in MySQL;
 * where the tombstone cannot be written the outcome is `OutcomeUnknown`, never a refusal.
 *
 * Where the batch has no capacity for more of these products, nothing is admitted; a key that is admitted is resumed all the same, so that
 * a buyer whose process died or froze keeps the place.
 */
export class ReservationPurchase implements PurchaseStrategy {
  readonly #deps: ReservationPurchaseDependencies & { readonly held: HeldReservations };

  constructor(dependencies: ReservationPurchaseDependencies) {
    this.#deps = { ...dependencies, held: new HeldReservations(dependencies) };
  }

  get hasCapacity(): boolean {
    return this.#deps.stock.isUsable && this.#deps.batch.hasCapacity;
  }

  async execute(
    attempt: Attempt,
    products: ReadonlyMap<string, ProductForSale>,
    readAgain: () => Promise<ProductsOrOutcome>,
  ): Promise<PurchaseOutcome> {
    const { batch } = this.#deps;
    const onlyResumes = !batch.hasCapacityFor(attempt.lines.map(({ productId }) => productId));
    const unready = onlyResumes ? null : await this.#makeAllReady(attempt, products);
    if (unready) return unready;

    let current: ProductsOrOutcome = products;
    let earlier: readonly Reservation[] = [];
    // Once more after a rebuild has overtaken the reservation, or has just made the product ready.
    for (let round = 1; round <= 2; round++) {
      // What was read before a wait for a rebuild may be seconds old.
      if (round > 1 || attempt.lines.length > 1) current = await readAgain();
      if ('__typename' in current) return this.#refuse(attempt, earlier, current);
      const reserved = await reserveLines(this.#deps, attempt, current, {
        earlier,
        // What a rebuild has overtaken had been admitted.
        onlyResumes: onlyResumes && round === 1,
      });
      if (reserved.kind === 'answered') return reserved.outcome;
      if (reserved.kind === 'notReady') {
        earlier = reserved.reservations;
        if (onlyResumes) return this.#refuse(attempt, earlier, answer.busy);
        const { productId, minEpoch } = reserved;
        const readiness =
          round === 1 ? await this.#makeReady(attempt, productId, minEpoch, current) : 'notReady';
        if (readiness === 'noStock') return this.#refuse(attempt, earlier, answer.notStocked(productId));
        if (readiness === 'notReady') return this.#refuse(attempt, earlier, answer.busy);
        continue;
      }
      const { reservations } = reserved;
      // Their due time was postponed, so each attempt under the key keeps the place.
      if (onlyResumes && !batch.hasCapacityToResume) return answer.unknown;
      const { pendingOrder, writeResult } = await this.#write(attempt, current, reservations);
      if (writeResult.kind !== 'staleEpoch')
        return this.#conclude(attempt, pendingOrder, reservations, writeResult);
      const { productId, epoch } = writeResult;
      earlier = reservations.filter((one) => one.productId !== productId || one.epoch >= epoch);
      await this.#makeReady(attempt, productId, epoch, current);
    }
    return answer.unknown;
  }

  /** @param held what is reserved, of epochs that may be alive: for a final refusal it is released behind a tombstone */
  async #refuse(
    attempt: Attempt,
    held: readonly Reservation[],
    refusal: PurchaseOutcome,
  ): Promise<PurchaseOutcome> {
    if (held.length === 0)
      return refusal.__typename === 'Busy' ? refusal : this.#deps.refusals.give(attempt, refusal);
    // Nothing of it was written, so its reservations are kept for the same key.
    if (refusal.__typename === 'Busy') return answer.unknown;
    return this.#deps.held.abortBehindTombstone(attempt, held, refusal);
  }

  /**
   * Several products are made ready before the first of them is reserved: if one turns out not to
   * be ready later on, the whole attempt is aborted for good.
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
    if (without) return this.#deps.refusals.give(attempt, answer.notStocked(without.productId));
    return found.every(({ readiness }) => readiness === 'ready') ? null : answer.busy;
  }

  #makeReady(
    attempt: Attempt,
    productId: string,
    minEpoch: number,
    products: ReadonlyMap<string, ProductForSale>,
  ): Promise<Readiness> {
    const needsHoldings = products.get(productId)!.terms.purchaseLimit !== null;
    return this.#deps.stock.ensureReady({ productId, minEpoch, needsHoldings, deadline: attempt.deadline });
  }

  async #write(
    attempt: Attempt,
    products: ReadonlyMap<string, ProductForSale>,
    reservations: readonly Reservation[],
  ): Promise<{ readonly pendingOrder: PendingOrder; readonly writeResult: WriteResult }> {
    const span = attempt.span.child('write');
    const pendingOrder = toPendingOrder(attempt, products, reservations, this.#deps.paymentTimeoutMs, span);
    const writeResult = await this.#deps.batch.submit(pendingOrder);
    span.setAttributes({ writeResult: writeResult.kind });
    span.end();
    return { pendingOrder, writeResult };
  }

  async #conclude(
    attempt: Attempt,
    pendingOrder: PendingOrder,
    reservations: readonly Reservation[],
    writeResult: Exclude<WriteResult, { kind: 'staleEpoch' }>,
  ): Promise<PurchaseOutcome> {
    const { held } = this.#deps;
    switch (writeResult.kind) {
      case 'ordered':
        held.confirm(reservations);
        return answer.confirmed(writeResult.order, false);
      case 'exists':
        held.settle(reservations, writeResult.record);
        return replay(attempt, writeResult.record);
      case 'insufficientStock':
        return held.abortBehindTombstone(attempt, reservations, answer.soldOut(writeResult.productId));
      case 'overLimit': {
        const limit = pendingOrder.limits.get(writeResult.productId)!;
        return held.abortBehindTombstone(
          attempt,
          reservations,
          answer.limitExceeded(limit, writeResult.held),
        );
      }
      case 'tooOld':
        return held.abortBehindTombstone(attempt, reservations, answer.abandoned);
      // The reservation stays: the same key finds it and is written in its place, until the reservation is due.
      case 'notWritten':
        return answer.unknown;
    }
  }
}
