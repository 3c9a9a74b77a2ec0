import { within } from '../../../platform/within.ts';
import type { Attempt } from './attempt.ts';
import { confirmed, keyReused, unknown, type PurchaseOutcome } from './outcomes.ts';

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
    if (running && !running.requestHash.equals(attempt.requestHash)) return keyReused;
    const outcome = running
      ? running.outcome.then((answer) =>
          answer.__typename === 'PurchaseConfirmed' ? confirmed(answer.order, true) : answer,
        )
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
