import type { Operation } from '../../operation/operation.ts';
import type { RateLimits } from './rate-limits.ts';

/** Milliseconds of CPU time that one unit of `RATE_LIMIT_NEW_OPERATIONS` pays for: what an ordinary document takes in a process that has just started. */
const MS_TO_A_UNIT = 50;

/** Operations whose plan was made; those that are forgotten are planned again when they come back. */
const planned = new WeakSet<Operation>();

/**
 * What a request makes the router do for a document that it does not know. Units are counted before each step by an estimate; the time that
 * the steps took in fact, planning included, is charged afterwards, so that a document for which the estimate is too low
 * delays the next ones of its network.
 */
export class NewOperationWork {
  readonly #rates: RateLimits;
  readonly #network: string;
  #isFree: () => boolean;
  /** What the units that were counted pay for and was not used yet, in milliseconds. */
  #paidMs = 0;
  /** CPU time at the beginning of the work that is under way, in milliseconds; null: none is, as for a document that is known. */
  #begunAt: number | null = null;

  /** @param isFree whether the document is in the manifest; called for documents that the router does not know */
  constructor(rates: RateLimits, network: string, isFree: () => boolean) {
    this.#rates = rates;
    this.#network = network;
    this.#isFree = isFree;
  }

  /** @throws {Fault} RATE_LIMITED */
  readonly admit = (units: number): void => {
    if (this.#isFree()) return;
    this.#rates.countNewOperation(this.#network, units);
    this.#paidMs += units * MS_TO_A_UNIT;
    this.#begunAt ??= cpuMs();
  };

  /** Runs what may call `admit`. @throws what it throws */
  measure(find: () => Operation): Operation {
    try {
      return find();
    } finally {
      this.#charge();
    }
  }

  /** From now on `admit` is not called any more. */
  planBegins(operation: Operation): void {
    const isNew = !planned.has(operation);
    planned.add(operation);
    if (isNew && !this.#isFree()) this.#begunAt = cpuMs();
    // It refers to the text of the document, which need not be kept while subgraphs work.
    this.#isFree = isKnown;
  }

  planEnds(): void {
    this.#charge();
  }

  #charge(): void {
    if (this.#begunAt === null) return;
    this.#paidMs -= cpuMs() - this.#begunAt;
    this.#begunAt = null;
    if (this.#paidMs >= 0) return;
    this.#rates.chargeNewOperation(this.#network, -this.#paidMs / MS_TO_A_UNIT);
    this.#paidMs = 0;
  }
}

const isKnown = (): boolean => true;

/** Of this process: wall-clock time would charge clients for what other processes of the machine do. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
