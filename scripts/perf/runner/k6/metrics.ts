import { currentContext } from '../user-context.ts';
import { addSample, metricOf, type Kind, type Tags } from '../metrics.ts';

/** The module `k6/metrics`. */
class CustomMetric {
  readonly name: string;

  constructor(kind: Kind, name: string, isTime = false) {
    this.name = name;
    metricOf(name, kind, isTime ? 'time' : 'default');
  }

  add(value: number | boolean, tags: Tags = {}): void {
    const context = currentContext();
    addSample(this.name, Number(value), context ? { scenario: context.scenario, ...tags } : tags);
  }
}

const metric = (kind: Kind) =>
  class extends CustomMetric {
    constructor(name: string, isTime?: boolean) {
      super(kind, name, isTime);
    }
  };

export const Counter = metric('counter');
export const Gauge = metric('gauge');
export const Rate = metric('rate');
export const Trend = metric('trend');
