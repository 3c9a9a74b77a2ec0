import type { Logger } from '../../../platform/logger.ts';
import { hasNotRun } from '../../../platform/redis/client.ts';
import { CHECKOUT_HASH } from '../orders/order-id.ts';
import type { OrderLookup } from '../orders/order-lookup.ts';
import type { RefusalMemory } from '../stock/refusal-memory.ts';
import type { Attempt, Line } from './attempt.ts';
import { busy, unknown, type PurchaseOutcome } from './outcomes.ts';
import { replay } from './replay.ts';

export interface FinalRefusalsDependencies {
  readonly lookup: OrderLookup;
  readonly memory: RefusalMemory;
  /** Called when a refusal is decided, before it is final. */
  readonly onDecision: (orderId: string) => void;
  /** Waits for a transaction that may be writing the order: where a strategy admits without a reservation that Redis knows. */
  readonly awaitWriter?: (orderId: string) => Promise<void>;
  readonly logger: Logger;
}

type RefusedAttempt = Omit<Attempt, 'lines'> & { readonly lines?: readonly Line[] };

/**
 * Gives the refusals that are final: nothing was bought by the attempts of the same request under the key that began before, nor will be. Each definite
 * refusal of an attempt that holds no reservation goes through here, whichever component decided it; one that holds a reservation is
 * refused behind a tombstone (`HeldReservations`).
 *
 * First MySQL, since an order may stand under the key. Then the refusal is remembered, in the same step that makes sure that
 * no older attempt was admitted meanwhile. An older attempt that arrives later meets it and is answered `Busy`. An attempt that
 * begins later is not affected.
 */
export class FinalRefusals {
  readonly #deps: FinalRefusalsDependencies;

  constructor(dependencies: FinalRefusalsDependencies) {
    this.#deps = dependencies;
  }

  /** @returns the refusal; or what stands under the key; or `OutcomeUnknown` or `Busy` where the refusal cannot be made final */
  async give(attempt: RefusedAttempt, refusal: PurchaseOutcome): Promise<PurchaseOutcome> {
    const { lookup, memory, awaitWriter, onDecision, logger } = this.#deps;
    const { orderId } = attempt;
    onDecision(orderId);
    const remember = scopesOf(attempt).map((scope) => memory.refusing(scope, orderId));
    try {
      const before = await lookup.find(orderId);
      if (before) return replay(attempt, before);
      const isFinal = await Promise.all(remember.map((run) => run()));
      if (isFinal.includes(false)) return unknown;
      if (!awaitWriter) return refusal;
      await awaitWriter(orderId);
      const written = await lookup.find(orderId);
      return written ? replay(attempt, written) : refusal;
    } catch (error) {
      if (hasNotRun(error)) return busy;
      logger.warn({ err: error, orderId }, 'a refusal could not be made final');
      return unknown;
    }
  }

  /**
   * Whether a checkout that began later was refused under the key; call when its lines are settled.
   *
   * @throws when Redis does not answer
   */
  isSuperseded({ orderId, startedAt }: Omit<Attempt, 'lines'>): Promise<boolean> {
    return this.#deps.memory.wasRefusedSince(orderId, orderId, startedAt);
  }
}

/** The products of a checkout may be others at the next attempt, so its refusal is remembered under its order, too. */
function scopesOf({ orderId, requestHash, lines = [] }: RefusedAttempt): string[] {
  const products = lines.map(({ productId }) => productId);
  return requestHash.equals(CHECKOUT_HASH) ? [orderId, ...products] : products;
}
