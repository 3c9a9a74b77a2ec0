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

export class Counter extends CustomMetric {
  constructor(name: string, isTime?: boolean) {
    super('counter', name, isTime);
  }
}

export class Gauge extends CustomMetric {
  constructor(name: string, isTime?: boolean) {
    super('gauge', name, isTime);
  }
}

export class Rate extends CustomMetric {
  constructor(name: string, isTime?: boolean) {
    super('rate', name, isTime);
  }
}

export class Trend extends CustomMetric {
  constructor(name: string, isTime?: boolean) {
    super('trend', name, isTime);
  }
}
