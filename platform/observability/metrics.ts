import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { Fault } from '../errors.ts';
import type { Handler } from '../http/types.ts';

/**
 * The metrics of this process, for Prometheus. Counting is always on, as it costs next to nothing; metrics are served only where
 * `METRICS=on`. Labels never hold values that clients choose: fields, types and codes are those of the schema.
 */
const registry = new Registry();

/** Seconds: from a look-up in memory to the longest timeout of a client. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** @param known labels that are exported as 0 from the start: Prometheus does not see the first increment of a series that begins with 1 */
export function counter<Label extends string>(
  name: string,
  help: string,
  labelNames: readonly Label[],
  known: readonly Readonly<Record<Label, string>>[] = [],
): Counter<Label> {
  const made = new Counter({ name: `firstcome_${name}`, help, labelNames, registers: [registry] });
  for (const labels of known) made.inc(labels, 0);
  return made;
}

export const histogram = <Label extends string>(
  name: string,
  help: string,
  labelNames: readonly Label[],
  buckets: readonly number[] = SECONDS,
): Histogram<Label> =>
  new Histogram({
    name: `firstcome_${name}`,
    help,
    labelNames,
    buckets: [...buckets],
    registers: [registry],
  });

/** Sets a gauge to the size at each scrape. */
export function observeSize(of: Gauge, size: () => number): void {
  onScrape(of, () => of.set(size()));
}

/** Calls `measure`, which sets the gauge, at each scrape. */
export function onScrape<Label extends string>(of: Gauge<Label>, measure: () => void | Promise<void>): void {
  (of as Gauge<Label> & { collect: () => void | Promise<void> }).collect = measure;
}

export const gauge = <Label extends string = never>(
  name: string,
  help: string,
  labelNames: readonly Label[] = [],
): Gauge<Label> => new Gauge({ name: `firstcome_${name}`, help, labelNames, registers: [registry] });

/** Seconds since a moment of `performance.now()`. */
export const secondsSince = (moment: number): number => (performance.now() - moment) / 1_000;

/** For logs: whole milliseconds. */
export const msSince = (moment: number): number => Math.round(performance.now() - moment);

let isEnabled = false;

/** From now on `/metrics` is served, also with Node's metrics of the process: CPU, memory, event loop, garbage collection. */
export function enableMetrics(): void {
  if (isEnabled) return;
  isEnabled = true;
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
}

/** Gauges of prom-client with names of counters, of which a dashboard would take the rate; their parts add up to them. */
const MISNAMED = ['handles', 'requests', 'resources'].map((what) => `nodejs_active_${what}_total`);

/** `/metrics`; 404 unless `METRICS=on`. */
export const metricsPage: Handler = async ({ method }) => {
  if (!isEnabled) throw new Fault('NOT_FOUND');
  if (method !== 'GET' && method !== 'HEAD') throw new Fault('METHOD_NOT_ALLOWED');
  return { status: 200, headers: { 'content-type': registry.contentType }, body: await registry.metrics() };
};
