import { allMetrics } from './metrics.ts';
import { statistic } from './statistics.ts';

export type Thresholds = Readonly<Record<string, readonly string[]>>;

export interface Verdict {
  readonly metric: string;
  /** As it was written, for example `p(99)<500`. */
  readonly condition: string;
  readonly ok: boolean;
}

const CONDITION = /^\s*([a-z]+(?:\(\d+(?:\.\d+)?\))?)\s*(===|==|!=|<=|>=|<|>)\s*(-?\d+(?:\.\d+)?)\s*$/;

const holds: Record<string, (value: number, bound: number) => boolean> = {
  '==': (value, bound) => value === bound,
  '===': (value, bound) => value === bound,
  '!=': (value, bound) => value !== bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};

/**
 * Judges every threshold. One on a metric without samples holds, as in k6: a script that needs a number adds a zero.
 *
 * @throws for a condition that cannot be read, and for a figure that the metric does not have
 */
export function judge(thresholds: Thresholds, seconds: number): Verdict[] {
  const known = new Map([...allMetrics()].map(([name, metric, samples]) => [name, { metric, samples }]));
  return Object.entries(thresholds).flatMap(([name, conditions]) =>
    conditions.map((condition) => {
      const [, figure, operator, bound] = CONDITION.exec(condition) ?? [];
      if (figure === undefined || operator === undefined)
        throw new Error(`The threshold ${name}: ${condition} cannot be read.`);
      const found = known.get(name);
      if (!found || found.samples.count === 0) return { metric: name, condition, ok: true };
      const value = statistic(figure, found.metric.kind, found.samples, seconds);
      return { metric: name, condition, ok: holds[operator]!(value, Number(bound)) };
    }),
  );
}
