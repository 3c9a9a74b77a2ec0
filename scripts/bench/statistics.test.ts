import { describe, expect, it } from 'vitest';
import { histogram, median, percentile } from './statistics.ts';

describe('a percentile', () => {
  it.each([
    [[3], 0.5, 3],
    [[1, 2, 3, 4], 0.5, 2.5],
    [[4, 1, 3, 2], 0, 1],
    [[4, 1, 3, 2], 1, 4],
    [[0, 100], 0.99, 99],
  ])('of %j at %d is %d', (values, share, expected) => {
    expect(percentile(values, share)).toBeCloseTo(expected, 10);
  });

  it('of nothing is no number', () => {
    expect(median([])).toBeNaN();
  });

  it('leaves the values in their order', () => {
    const values = [3, 1, 2];
    expect([median(values), values]).toEqual([2, [3, 1, 2]]);
  });
});

describe('a histogram', () => {
  it('counts every value once, in buckets that grow', () => {
    const buckets = histogram([0.05, 0.5, 0.51, 20, 1_000]);
    expect(buckets.reduce((sum, { count }) => sum + count, 0)).toBe(5);
    const bounds = buckets.map(({ upTo }) => upTo);
    expect(bounds).toEqual([...bounds].sort((a, b) => a - b));
    expect(buckets.at(-1)!.upTo).toBeGreaterThan(1_000);
    expect(buckets.at(-1)!.count).toBe(1);
  });

  it('begins where the first value is', () => {
    expect(histogram([50])).toHaveLength(1);
    expect(histogram([])).toEqual([]);
  });
});
