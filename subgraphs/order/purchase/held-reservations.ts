import type { Logger } from '../../../platform/logger.ts';
import type { Tombstones } from '../orders/tombstones.ts';
import type { OrderRecord } from '../orders/order.ts';
import type { Reservation } from '../stock/stock-outcomes.ts';
import type { StockService } from '../stock/stock-service.ts';
import type { Attempt } from './attempt.ts';
import { unknown, type PurchaseOutcome } from './outcomes.ts';
import { replay } from './replay.ts';
import { settleReservation } from './settle-reservation.ts';

export interface HeldReservationsDependencies {
  readonly stock: StockService;
  readonly tombstones: Tombstones;
  readonly logger: Logger;
}

/** How the reservations of an attempt end. Callers do not wait for Redis: where a call fails the reaper repeats it. */
export class HeldReservations {
  readonly #deps: HeldReservationsDependencies;

  constructor(dependencies: HeldReservationsDependencies) {
    this.#deps = dependencies;
  }

  /** The order that they admitted is committed. */
  confirm(reservations: readonly Reservation[]): void {
    for (const reservation of reservations) this.#inBackground(this.#deps.stock.confirm(reservation));
  }

  /** Something stands under the order's id. */
  settle(reservations: readonly Reservation[], record: OrderRecord): void {
    for (const reservation of reservations)
      this.#inBackground(settleReservation(this.#deps.stock, reservation, record));
  }

  /**
   * Tombstone first, then release, then the refusal. If an order stands in the tombstone's place, the order is the outcome.
   *
   * @returns `OutcomeUnknown` where the tombstone cannot be had
   */
  async abortBehindTombstone(
    attempt: Attempt,
    reservations: readonly Reservation[],
    refusal: PurchaseOutcome,
  ): Promise<PurchaseOutcome> {
    try {
      const record = await this.#deps.tombstones.settle(attempt);
      this.settle(reservations, record);
      return record.kind === 'tombstone' ? refusal : replay(attempt, record);
    } catch (error) {
      this.#deps.logger.warn({ err: error, orderId: attempt.orderId }, 'a purchase could not be aborted');
      return unknown;
    }
  }

  #inBackground(work: Promise<void>): void {
    work.catch((error: unknown) =>
      this.#deps.logger.warn({ err: error }, 'a reservation stays for the reaper'),
    );
  }
}
