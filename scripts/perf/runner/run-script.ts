import { writeFileSync } from 'node:fs';
import { Interruption, STOPPED } from './interruption.ts';
import { allMetrics, metricOf } from './metrics.ts';
import type { Progress } from './progress.ts';
import { iterationsOf } from './scenario.ts';
import { loadScript, type Script } from './script.ts';
import { summaryFigures } from './statistics.ts';
import { judge, type Verdict } from './thresholds.ts';
import { Workers } from './workers.ts';

/** k6's exit codes; see also `STOPPED`. */
const PASSED = 0;
const THRESHOLD_MISSED = 99;
const SCRIPT_THREW = 107;

export interface RunOptions {
  /** Path of the script. */
  readonly file: string;
  /** Threads that share the load. */
  readonly workers: number;
  readonly progress: Progress;
}

/**
 * Runs a load test in k6's format: `setup`, the scenarios over all workers, `teardown`, the thresholds, `handleSummary`. The first Ctrl-C
 * skips what is left of the scenarios; the rest of the run is as ever.
 *
 * @returns the exit code that k6 would have: 0, 99 when a threshold was missed, 105 when it was stopped, 107 when loading, setup or teardown threw
 */
export async function runScript({ file, workers: number, progress }: RunOptions): Promise<number> {
  const interruption = new Interruption().watch();
  let script: Script;
  let workers: Workers;
  try {
    script = await loadScript(file);
    workers = await Workers.start(file, number, Object.keys(script.options.scenarios).length);
  } catch (error) {
    return report(error);
  }
  const began = performance.now();
  const failure = await play(script, workers, progress, interruption.signal);
  await workers.end();
  interruption.unwatch();
  progress.end();
  const seconds = (performance.now() - began) / 1_000;

  const verdicts = judge(script.options.thresholds, seconds);
  if (failure?.in !== 'setup') summarise(script, verdicts, seconds);
  if (failure) return report(failure.error);
  if (interruption.signal.aborted) return STOPPED;
  return verdicts.every(({ ok }) => ok) ? PASSED : THRESHOLD_MISSED;
}

interface Failure {
  readonly in: 'setup' | 'scenarios' | 'teardown';
  readonly error: unknown;
}

async function play(
  script: Script,
  workers: Workers,
  progress: Progress,
  interrupted: AbortSignal,
): Promise<Failure | null> {
  let data: string | undefined;
  progress.step('setup');
  try {
    data = JSON.stringify(await script.find('setup')?.());
  } catch (error) {
    return { in: 'setup', error };
  }
  let failure: Failure | null = null;
  if (!interrupted.aborted) {
    progress.step('running');
    const scenarios = Object.values(script.options.scenarios);
    progress.follow(
      () => ({ requests: workers.count('http_reqs'), iterations: workers.count('iterations') }),
      scenarios.reduce((sum, scenario) => sum + iterationsOf(scenario), 0),
    );
    interrupted.addEventListener('abort', () => {
      progress.step('stopping');
      workers.stop();
    });
    try {
      await workers.run(data);
    } catch (error) {
      failure = { in: 'scenarios', error };
    }
  }
  progress.step('reading back');
  progress.follow(ownCounts, 0);
  try {
    await script.find('teardown')?.(data === undefined ? undefined : JSON.parse(data));
  } catch (error) {
    failure ??= { in: 'teardown', error };
  }
  return failure;
}

/** Once the metrics of the workers are merged. */
const ownCounts = () => ({
  requests: metricOf('http_reqs', 'counter').samples.count,
  iterations: metricOf('iterations', 'counter').samples.count,
});

function summarise({ options, ...script }: Script, verdicts: readonly Verdict[], seconds: number): void {
  const metrics: Record<string, object> = {};
  for (const [name, { kind, contains }, samples] of allMetrics()) {
    const own = verdicts.filter(({ metric }) => metric === name);
    const isAsked = own.length > 0;
    if (samples.count === 0 && !isAsked) continue;
    metrics[name] = {
      type: kind,
      contains,
      values: summaryFigures(kind, samples, seconds, options.summaryTrendStats),
      ...(isAsked
        ? { thresholds: Object.fromEntries(own.map(({ condition, ok }) => [condition, { ok }])) }
        : {}),
    };
  }
  const outputs = script.find('handleSummary')?.({ metrics, state: { testRunDurationMs: seconds * 1_000 } });
  for (const [where, content] of Object.entries((outputs ?? {}) as Record<string, string>)) {
    if (where === 'stdout') process.stdout.write(content);
    else if (where === 'stderr') process.stderr.write(content);
    else writeFileSync(where, content);
  }
}

function report(error: unknown): number {
  console.error(error instanceof Error ? error.message : error);
  return SCRIPT_THREW;
}
