import type { Operation } from '../../operation/operation.ts';
import type { RateLimits } from './rate-limits.ts';

/** Milliseconds of the event loop that one unit of `RATE_LIMIT_NEW_OPERATIONS` pays for. */
const MS_TO_A_UNIT = 25;

/** Operations whose plan was made; those that are forgotten are planned again when they come back. */
const planned = new WeakSet<Operation>();

/**
 * What a request makes the router do for a document that it does not know. Units are counted before each step by an estimate; the time that
 * the steps took in fact, planning included, is charged afterwards, so that a document for which the estimate is too low
 * delays the next ones of its network.
 */
export class NewOperationWork {
  readonly #rates: RateLimits;
  readonly #address: string;
  readonly #isFree: () => boolean;
  /** What the units that were counted pay for, in milliseconds; null: the document was known. */
  #paidMs: number | null = null;
  #planBegunAt: number | null = null;

  /** @param isFree whether the document is in the manifest; called for documents that the router does not know */
  constructor(rates: RateLimits, address: string, isFree: () => boolean) {
    this.#rates = rates;
    this.#address = address;
    this.#isFree = isFree;
  }

  /** @throws {Fault} RATE_LIMITED */
  readonly admit = (units: number): void => {
    if (this.#isFree()) return;
    this.#rates.countNewOperation(this.#address, units);
    this.#paidMs = (this.#paidMs ?? 0) + units * MS_TO_A_UNIT;
  };

  /** Runs what may call `admit`. @throws what it throws */
  measure(find: () => Operation): Operation {
    const begunAt = performance.now();
    try {
      return find();
    } finally {
      this.#charge(begunAt);
    }
  }

  planBegins(operation: Operation): void {
    if (planned.has(operation)) return;
    planned.add(operation);
    this.#planBegunAt = performance.now();
  }

  planEnds(): void {
    if (this.#planBegunAt === null) return;
    if (!this.#isFree()) {
      this.#paidMs ??= 0;
      this.#charge(this.#planBegunAt);
    }
    this.#planBegunAt = null;
  }

  #charge(begunAt: number): void {
    if (this.#paidMs === null) return;
    this.#paidMs -= performance.now() - begunAt;
    if (this.#paidMs >= 0) return;
    this.#rates.chargeNewOperation(this.#address, -this.#paidMs / MS_TO_A_UNIT);
    this.#paidMs = 0;
  }
}
