/**
 * Between two values the one in proportion; NaN of none.
 *
 * @param share from 0 to 1
 */
export function percentileOfSorted(sorted: Float64Array, share: number): number {
  if (sorted.length === 0) return NaN;
  const position = share * (sorted.length - 1);
  const below = sorted[Math.floor(position)]!;
  const above = sorted[Math.ceil(position)]!;
  return below + (above - below) * (position % 1);
}
