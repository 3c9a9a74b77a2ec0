/** Memory that is held for a client for as long as the client decides: a body that arrives, a response that is not read. */
export interface Holding {
  /** Of the client. */
  readonly network: string;
  readonly bytes: number;
}

export interface BudgetLimits {
  /** Bytes for one network of clients. */
  readonly network: number;
  /** Bytes for all of them together. */
  readonly all: number;
}

interface Account<One> {
  /** The longest held first. */
  readonly holdings: Set<One>;
  bytes: number;
}

/**
 * A bound on that memory, per network and in all. Where a bound is exceeded, the holding that has lasted longest is evicted, first
 * within its own network: a slow client makes room for others, and one that takes a moment is never the one. The newest holding
 * is never evicted, so a single one may be larger than the bound.
 */
export class ByteBudget<One extends Holding> {
  readonly #limits: BudgetLimits;
  readonly #evict: (one: One) => void;
  readonly #all: Account<One> = { holdings: new Set(), bytes: 0 };
  readonly #networks = new Map<string, Account<One>>();

  /** @param evict ends what made the holding; it is released before this is called */
  constructor(limits: BudgetLimits, evict: (one: One) => void) {
    this.#limits = limits;
    this.#evict = evict;
  }

  /** Bytes held at the moment. */
  get bytes(): number {
    return this.#all.bytes;
  }

  hold(one: One): void {
    let account = this.#networks.get(one.network);
    if (!account) this.#networks.set(one.network, (account = { holdings: new Set(), bytes: 0 }));
    for (const each of [account, this.#all]) {
      each.holdings.add(one);
      each.bytes += one.bytes;
    }
    this.#shrink(account, this.#limits.network, one);
    this.#shrink(this.#all, this.#limits.all, one);
  }

  /** A second release of the same holding does nothing. */
  release(one: One): void {
    const account = this.#networks.get(one.network);
    if (!account?.holdings.has(one)) return;
    for (const each of [account, this.#all]) {
      each.holdings.delete(one);
      each.bytes -= one.bytes;
    }
    if (account.holdings.size === 0) this.#networks.delete(one.network);
  }

  #shrink(account: Account<One>, limit: number, newest: One): void {
    for (const oldest of account.holdings) {
      if (account.bytes <= limit || oldest === newest) return;
      this.release(oldest);
      this.#evict(oldest);
    }
  }
}
