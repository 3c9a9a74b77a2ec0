/**
 * The name of every stock key, made here and nowhere else. All keys of a product carry the same hash tag, so a script that
 * works on one product works on Redis Cluster; those of an epoch carry its number, so a late confirm or release cannot
 * touch what a rebuild has made since.
 */
export interface StockKeys {
  /** `<epoch>:<id of the Redis server>`; absent or of another server: not ready. */
  gate(productId: string): string;
  /** Held while the keys of a product are rebuilt, or its total is changed. */
  lock(productId: string): string;
  /** Held by the strategy `lock` while it admits one purchase. */
  admissionLock(productId: string): string;
  ofEpoch(productId: string, epoch: number): EpochKeys;
  /** Of no epoch: what was refused stays refused for older attempts when the numbers are made anew. */
  refusals(scope: string): RefusalKeys;
  /** Sorted set of the products that may have reservations, by when they were last reserved from. */
  readonly activeProducts: string;
  /** Held by the one process that runs a job just now. */
  job(name: string): string;
}

export interface RefusalKeys {
  /** Hashes by order id: when the key was refused, in milliseconds since 1970; each is written in every other period. */
  readonly even: string;
  readonly odd: string;
  /** An instant, in milliseconds since 1970; what was refused before may have been lost. */
  readonly lostAt: string;
}

export interface EpochKeys {
  /** Hash: total, sold, reserved, seq; `limited` 1 when holdings are counted; `source`, the MySQL server that the numbers came from. */
  readonly stock: string;
  /** Sorted set of order ids that are reserved and not yet settled, by when that is due. */
  readonly due: string;
  /** Hash by order id: `R:<quantity>:<seq>:<user>` while reserved, `S` once settled. */
  readonly records: string;
  /** Sorted set of settled order ids, by when they may be forgotten. */
  readonly settled: string;
  /** Hash by user: units in reservations and orders. */
  readonly holding: string;
  /** Sorted set of the stock movements that are in the numbers already, by when they may be forgotten. */
  readonly applied: string;
}

export function createStockKeys(prefix: string): StockKeys {
  const tag = (productId: string) => `${prefix}stock:{${productId}}`;
  return {
    gate: (productId) => `${tag(productId)}:gate`,
    lock: (productId) => `${tag(productId)}:lock`,
    admissionLock: (productId) => `${tag(productId)}:admission-lock`,
    ofEpoch: (productId, epoch) => {
      const base = `${tag(productId)}:${epoch}`;
      return {
        stock: `${base}:stock`,
        due: `${base}:due`,
        records: `${base}:records`,
        settled: `${base}:settled`,
        holding: `${base}:holding`,
        applied: `${base}:applied`,
      };
    },
    refusals: (scope) => ({
      even: `${tag(scope)}:refused-even`,
      odd: `${tag(scope)}:refused-odd`,
      lostAt: `${tag(scope)}:refusals-lost-at`,
    }),
    activeProducts: `${prefix}stock:busy-products`,
    job: (name) => `${prefix}job:${name}`,
  };
}
