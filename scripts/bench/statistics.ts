import { percentileOfSorted } from '../perf/percentile.ts';

/** Numbers of several runs in one. */

/** The middle one, or the mean of the two in the middle; NaN of none. */
export const median = (values: readonly number[]): number => percentile(values, 0.5);

/**
 * Between two values the one in proportion; NaN of none.
 *
 * @param share from 0 to 1
 */
export function percentile(values: Iterable<number>, share: number): number {
  return percentileOfSorted(Float64Array.from(values).sort(), share);
}

/** Undefined where one of them was not measured. */
export const ratio = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? undefined : a / b;

export interface Bucket {
  /** Milliseconds, exclusive; the one before is where this begins. */
  readonly upTo: number;
  readonly count: number;
}

/** Bounds that grow by a quarter from a tenth of a millisecond: the share of an error is the same at every length. */
const GROWTH = 1.25;
const FIRST_MS = 0.1;

/** How many answers took how long: buckets from the first to the last that is not empty. */
export function histogram(milliseconds: Iterable<number>): Bucket[] {
  const counts: number[] = [];
  for (const ms of milliseconds) {
    const index = ms < FIRST_MS ? 0 : Math.floor(Math.log(ms / FIRST_MS) / Math.log(GROWTH)) + 1;
    counts[index] = (counts[index] ?? 0) + 1;
  }
  const first = counts.findIndex((count) => count > 0);
  if (first < 0) return [];
  return Array.from({ length: counts.length - first }, (_, i) => ({
    upTo: FIRST_MS * GROWTH ** (first + i),
    count: counts[first + i] ?? 0,
  }));
}
