import { describe, expect, it } from 'vitest';
import { Samples } from './samples.ts';
import { statistic, summaryFigures } from './statistics.ts';

const of = (...values: number[]): Samples => {
  const samples = new Samples();
  for (const value of values) samples.add(value);
  return samples;
};

describe('a figure of a metric', () => {
  it.each([
    ['count', 'counter', of(2, 3, -1), 4],
    ['rate', 'counter', of(10, 10), 10],
    ['value', 'gauge', of(5, 7, 6), 6],
    ['max', 'gauge', of(5, 7, 6), 7],
    ['rate', 'rate', of(1, 0, 0, 1), 0.5],
    ['count', 'trend', of(4, 4, 4), 3],
    ['avg', 'trend', of(1, 2, 6), 3],
    ['med', 'trend', of(9, 1, 5), 5],
    ['p(50)', 'trend', of(4, 1, 3, 2), 2.5],
    ['p(99.9)', 'trend', of(1, 1), 1],
  ] as const)('%s of a %s', (figure, kind, samples, expected) => {
    expect(statistic(figure, kind, samples, 2)).toBe(expected);
  });

  it('is found again after more samples have come', () => {
    const samples = of(1, 2, 3);
    expect(statistic('max', 'trend', samples, 1)).toBe(3);
    samples.add(9);
    expect(statistic('max', 'trend', samples, 1)).toBe(9);
  });

  it('that the metric does not have is refused', () => {
    expect(() => statistic('p(95)', 'counter', of(1), 1)).toThrow('A counter has no p(95).');
  });

  it('is zero when there are no samples', () => {
    expect(summaryFigures('trend', of(), 1, ['count', 'p(95)'])).toEqual({ count: 0, 'p(95)': 0 });
  });
});
