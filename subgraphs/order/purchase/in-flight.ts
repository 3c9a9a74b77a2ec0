import { withTimeout } from '../../../platform/with-timeout.ts';
import type { Attempt } from './attempt.ts';
import {
  busy,
  confirmed,
  isRefusal,
  keyReused,
  mayStillBuy,
  unknown,
  type PurchaseOutcome,
} from './outcomes.ts';

interface Running {
  readonly requestHash: Buffer;
  readonly outcome: Promise<PurchaseOutcome>;
  isRefused: boolean;
}

/**
 * Request deduplication: the attempts that this process works on, by order. The same key again, while it is in flight, waits for the
 * same outcome. An attempt continues after its caller's timeout, so that what it began is finished.
 */
export class InFlight {
  readonly #attempts = new Map<string, Running>();

  get size(): number {
    return this.#attempts.size;
  }

  /** @returns the outcome, or `OutcomeUnknown` at the attempt's deadline */
  async settle(attempt: Attempt, work: () => Promise<PurchaseOutcome>): Promise<PurchaseOutcome> {
    const running = this.#attempts.get(attempt.orderId);
    const outcome = running ? running.outcome.then(shareOf(running, attempt)) : this.#begin(attempt, work);
    return withTimeout(Math.max(0, attempt.deadline - performance.now()), outcome, () => unknown);
  }

  /** Call when a definite refusal is decided. Until it is final, stock may return and a sale may open: attempts that begin from now on do not share it. */
  refused(orderId: string): void {
    const running = this.#attempts.get(orderId);
    if (running) running.isRefused = true;
  }

  /** Resolves once nothing is in flight. */
  async drain(): Promise<void> {
    while (this.#attempts.size > 0) {
      await Promise.allSettled([...this.#attempts.values()].map(({ outcome }) => outcome));
    }
  }

  #begin(attempt: Attempt, work: () => Promise<PurchaseOutcome>): Promise<PurchaseOutcome> {
    const outcome = work().finally(() => this.#attempts.delete(attempt.orderId));
    this.#attempts.set(attempt.orderId, { requestHash: attempt.requestHash, outcome, isRefused: false });
    return outcome;
  }
}

/** What the outcome of a running attempt is for one that begins now under the same key. */
function shareOf({ requestHash, isRefused }: Running, attempt: Attempt) {
  if (!requestHash.equals(attempt.requestHash)) return forOtherRequest;
  return isRefused ? forLaterAttempt : asReplay;
}

const asReplay = (outcome: PurchaseOutcome): PurchaseOutcome =>
  outcome.__typename === 'PurchaseConfirmed' ? confirmed(outcome.order, true) : outcome;

/** It began after the decision, and before the refusal was final: so it buys nothing, and may be sent again. */
const forLaterAttempt = (outcome: PurchaseOutcome): PurchaseOutcome =>
  isRefusal(outcome) ? busy : asReplay(outcome);

/** The key is used up by another request only once that one is settled; until then this one might still be bought under it. */
const forOtherRequest = (outcome: PurchaseOutcome): PurchaseOutcome =>
  mayStillBuy(outcome) ? busy : keyReused;
