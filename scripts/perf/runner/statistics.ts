import type { Kind } from './metrics.ts';
import type { Samples } from './samples.ts';

/**
 * One figure of a metric, by the name that thresholds and summaries use: `count` and `rate` of a counter, `value` of a
 * gauge, `rate` of a rate, `avg`, `min`, `med`, `max`, `count` and `p(N)` of a trend.
 *
 * @param seconds how long the run took, for rates
 * @throws when there is no such figure
 */
export function statistic(name: string, kind: Kind, samples: Samples, seconds: number): number {
  const figure = figures(kind, samples, seconds)[name];
  if (figure) return figure();
  const percent = kind === 'trend' ? /^p\((\d+(?:\.\d+)?)\)$/.exec(name)?.[1] : undefined;
  if (percent !== undefined) return samples.percentile(Number(percent) / 100);
  throw new Error(`A ${kind} has no ${name}.`);
}

function figures(kind: Kind, samples: Samples, seconds: number): Record<string, () => number> {
  switch (kind) {
    case 'counter':
      return { count: () => samples.sum, rate: () => samples.sum / seconds };
    case 'gauge':
      return {
        value: () => samples.last,
        min: () => samples.percentile(0),
        max: () => samples.percentile(1),
      };
    case 'rate':
      return {
        rate: () => (samples.count === 0 ? 0 : samples.nonZero / samples.count),
        passes: () => samples.nonZero,
        fails: () => samples.count - samples.nonZero,
      };
    case 'trend':
      return {
        count: () => samples.count,
        avg: () => samples.average,
        min: () => samples.percentile(0),
        med: () => samples.percentile(0.5),
        max: () => samples.percentile(1),
      };
  }
}

const DEFAULT_TREND = ['avg', 'min', 'med', 'max', 'p(90)', 'p(95)'];

/** What a summary is given of a metric. */
export function summaryFigures(
  kind: Kind,
  samples: Samples,
  seconds: number,
  trend: readonly string[] = DEFAULT_TREND,
): Record<string, number> {
  const names = kind === 'trend' ? trend : Object.keys(figures(kind, samples, seconds));
  return Object.fromEntries(names.map((name) => [name, statistic(name, kind, samples, seconds)]));
}
