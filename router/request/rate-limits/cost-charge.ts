import type { Caller } from '../../../platform/identity/identity.ts';
import { costOf } from '../../operation/cost.ts';
import type { Variables } from '../../operation/selected-operation.ts';
import type { Operation } from '../../operation/operation.ts';
import type { RateLimits } from './rate-limits.ts';

/**
 * Charges a request for its cost. A signed-in caller and a mutation pay all of it at once. An anonymous query pays for the objects of its
 * response at once, and for the rest when a request to a subgraph is made: where the answer of another client is shared, as that of the
 * product page before a sale, the subgraphs have no work.
 */
export class CostCharge {
  readonly #rates: RateLimits;
  readonly #operation: Operation;
  readonly #variables: Variables;
  readonly #caller: Caller | null;
  readonly #network: string;
  #dueBeforeSend = 0;

  constructor(
    rates: RateLimits,
    operation: Operation,
    variables: Variables,
    caller: Caller | null,
    network: string,
  ) {
    this.#rates = rates;
    this.#operation = operation;
    this.#variables = variables;
    this.#caller = caller;
    this.#network = network;
  }

  /** @param cost in all @throws {Fault} RATE_LIMITED, or rejects with it */
  admit(cost: number): void | Promise<void> {
    const isShareable = this.#caller === null && this.#operation.kind === 'query';
    const due = isShareable ? Math.min(cost, costOf(this.#operation.responseSize, this.#variables)) : cost;
    this.#dueBeforeSend = cost - due;
    return this.#rates.countCost(due, this.#caller, this.#network);
  }

  /** Charges the rest, once. @throws {Fault} RATE_LIMITED, or rejects with it */
  readonly beforeSend = (): void | Promise<void> => {
    const due = this.#dueBeforeSend;
    this.#dueBeforeSend = 0;
    return this.#rates.countCost(due, this.#caller, this.#network);
  };
}
