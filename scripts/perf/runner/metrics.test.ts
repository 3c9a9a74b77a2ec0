import { describe, expect, it } from 'vitest';
import { addSample, allMetrics, keepParts, mergeMetrics, metricOf, metricStates } from './metrics.ts';
import { statistic } from './statistics.ts';

const PART = 'merged_times{kind:slow}';
keepParts([PART]);
metricOf('merged_times', 'trend', 'time');
metricOf('merged_count', 'counter');
metricOf('merged_level', 'gauge');

/** What a worker with the same metrics hands over. */
const ofWorker = (change: { values: number[]; last: number; lastAt: number }) =>
  metricStates()
    .filter(({ name }) => name.startsWith('merged_'))
    .map((state) => {
      const samples = {
        count: change.values.length,
        sum: change.values.reduce((sum, value) => sum + value, 0),
        nonZero: change.values.length,
        last: change.last,
        lastAt: change.lastAt,
        values: new Float64Array(state.kind === 'counter' ? [] : change.values),
      };
      return { ...state, samples, parts: state.parts.map(({ name }) => ({ name, samples })) };
    });

const figure = (name: string, what: string) => {
  const [, metric, samples] = [...allMetrics()].find(([one]) => one === name)!;
  return statistic(what, metric.kind, samples, 1);
};

describe('the metrics of several workers', () => {
  it('have the percentiles of all values together, the sum, and the last value by time', () => {
    addSample('merged_times', 5, { kind: 'slow' });
    addSample('merged_count', 5, {});
    addSample('merged_level', 5, {});
    mergeMetrics(ofWorker({ values: [1, 9], last: 9, lastAt: Date.now() + 60_000 }));
    mergeMetrics(ofWorker({ values: [2, 100], last: 100, lastAt: 1 }));

    expect(figure('merged_times', 'count')).toBe(5);
    expect(figure('merged_times', 'med')).toBe(5);
    expect(figure('merged_times', 'p(75)')).toBe(9);
    expect(figure(PART, 'max')).toBe(100);
    expect(figure('merged_count', 'count')).toBe(117);
    expect(figure('merged_level', 'value')).toBe(9);
    expect(figure('merged_level', 'max')).toBe(100);
  });
});
