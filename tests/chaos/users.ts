import { randomUUID } from 'node:crypto';

/** Checkouts of a round at the most: each has a user of its own, whose wishlist nothing else changes. */
const SHOPPERS = 300;
const PROBES = 20;

/** The users of one round. */
export interface RoundUsers {
  readonly buyers: readonly string[];
  /** Of checkouts, one each. */
  readonly shoppers: readonly string[];
  /** Of the operations that look for the end of a fault. */
  readonly probes: readonly string[];
  /** Buys one unit of each product at the end. */
  readonly visitor: string;
}

/** @param count of buyers */
export function inventUsers(count: number): RoundUsers {
  const many = (length: number) => Array.from({ length }, () => randomUUID());
  return {
    buyers: many(count),
    shoppers: many(SHOPPERS),
    probes: many(PROBES),
    visitor: randomUUID(),
  };
}
