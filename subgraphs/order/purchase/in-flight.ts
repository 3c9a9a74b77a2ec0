import { within } from '../../../platform/within.ts';
import type { Attempt } from './attempt.ts';
import { busy, confirmed, keyReused, mayStillBuy, unknown, type PurchaseOutcome } from './outcomes.ts';

/**
 * The attempts that this process works on, by order. The same key again, while it is in flight, waits for the same outcome; and
 * an attempt goes on when its caller has run out of patience, so that what it began is finished.
 */
export class InFlight {
  readonly #attempts = new Map<
    string,
    { readonly requestHash: Buffer; readonly outcome: Promise<PurchaseOutcome> }
  >();

  get size(): number {
    return this.#attempts.size;
  }

  /** @returns the outcome, or `OutcomeUnknown` at the attempt's deadline */
  async settle(attempt: Attempt, work: () => Promise<PurchaseOutcome>): Promise<PurchaseOutcome> {
    const running = this.#attempts.get(attempt.orderId);
    const isOther = running && !running.requestHash.equals(attempt.requestHash);
    const outcome = running
      ? running.outcome.then(isOther ? forOtherRequest : asReplay)
      : this.#begin(attempt, work);
    return within(Math.max(0, attempt.deadline - performance.now()), outcome, () => unknown);
  }

  /** Resolves once nothing is in flight. */
  async drain(): Promise<void> {
    while (this.#attempts.size > 0) {
      await Promise.allSettled([...this.#attempts.values()].map(({ outcome }) => outcome));
    }
  }

  #begin(attempt: Attempt, work: () => Promise<PurchaseOutcome>): Promise<PurchaseOutcome> {
    const outcome = work().finally(() => this.#attempts.delete(attempt.orderId));
    this.#attempts.set(attempt.orderId, { requestHash: attempt.requestHash, outcome });
    return outcome;
  }
}

const asReplay = (outcome: PurchaseOutcome): PurchaseOutcome =>
  outcome.__typename === 'PurchaseConfirmed' ? confirmed(outcome.order, true) : outcome;

/** The key is used up by another request only once that one is settled; until then this one might still be bought under it. */
const forOtherRequest = (outcome: PurchaseOutcome): PurchaseOutcome =>
  mayStillBuy(outcome) ? busy : keyReused;
