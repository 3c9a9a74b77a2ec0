import { Samples, type SamplesState } from './samples.ts';

export type Tags = Readonly<Record<string, string | number | boolean>>;
export type Kind = 'counter' | 'gauge' | 'rate' | 'trend';

export interface Metric {
  readonly name: string;
  readonly kind: Kind;
  readonly contains: 'time' | 'default';
  readonly samples: Samples;
  /** Parts of it by tag, `name{tag:value}`: those that a threshold names. */
  readonly parts: readonly { readonly name: string; readonly tags: Tags; readonly samples: Samples }[];
}

/** A metric as a worker hands it to the main thread. */
export interface MetricState extends Pick<Metric, 'name' | 'kind' | 'contains'> {
  readonly samples: SamplesState;
  readonly parts: readonly { readonly name: string; readonly samples: SamplesState }[];
}

/** Every metric of a run: in each worker those of its share, in the main thread all, once they are merged. */
const metrics = new Map<string, Metric>();
const wantedParts = new Set<string>();

/** @param names such as `http_req_duration{name:Stock}`; parts must be known before samples come */
export function keepParts(names: Iterable<string>): void {
  for (const name of names) if (name.includes('{')) wantedParts.add(name);
  for (const metric of [...metrics.values()]) metrics.set(metric.name, withParts(metric));
}

/** The metric of this name, made when it is new. */
export function metricOf(name: string, kind: Kind, contains: Metric['contains'] = 'default'): Metric {
  const known = metrics.get(name);
  if (known) return known;
  const metric = withParts({ name, kind, contains, samples: samplesOf(kind), parts: [] });
  metrics.set(name, metric);
  return metric;
}

export function addSample(name: string, value: number, tags: Tags): void {
  const metric = metrics.get(name);
  if (!metric) throw new Error(`There is no metric ${name}.`);
  metric.samples.add(value);
  for (const part of metric.parts) {
    if (Object.entries(part.tags).every(([tag, wanted]) => String(tags[tag]) === wanted))
      part.samples.add(value);
  }
}

/** Metrics and their parts, by full name. */
export function* allMetrics(): Generator<readonly [name: string, metric: Metric, samples: Samples]> {
  for (const metric of metrics.values()) {
    yield [metric.name, metric, metric.samples];
    for (const { name, samples } of metric.parts) yield [name, metric, samples];
  }
}

/** For another thread. */
export const metricStates = (): MetricState[] =>
  [...metrics.values()].map(({ name, kind, contains, samples, parts }) => ({
    name,
    kind,
    contains,
    samples: samples.state,
    parts: parts.map((part) => ({ name: part.name, samples: part.samples.state })),
  }));

/** Adds what another thread has measured, with the same parts kept. */
export function mergeMetrics(states: readonly MetricState[]): void {
  for (const { name, kind, contains, samples, parts } of states) {
    const metric = metricOf(name, kind, contains);
    metric.samples.merge(samples);
    for (const part of metric.parts) {
      const state = parts.find((one) => one.name === part.name)?.samples;
      if (state) part.samples.merge(state);
    }
  }
}

/** Only trends and gauges have figures that need each value. */
const samplesOf = (kind: Kind): Samples => new Samples(kind === 'trend' || kind === 'gauge');

function withParts(metric: Metric): Metric {
  const parts = [...wantedParts]
    .filter((name) => name.startsWith(`${metric.name}{`))
    .map((name) => ({ name, tags: tagsIn(name), samples: samplesOf(metric.kind) }));
  return { ...metric, parts };
}

function tagsIn(name: string): Tags {
  const tags: Record<string, string> = {};
  for (const pair of name.slice(name.indexOf('{') + 1, -1).split(',')) {
    const [tag, value] = pair.split(':', 2);
    if (tag !== undefined && value !== undefined) tags[tag.trim()] = value.trim();
  }
  return tags;
}
