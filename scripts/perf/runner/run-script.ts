import { writeFileSync } from 'node:fs';
import { execute } from './executors.ts';
import { allMetrics } from './metrics.ts';
import type { Progress } from './progress.ts';
import { loadScript, type Script } from './script.ts';
import { summaryFigures } from './statistics.ts';
import { judge, type Verdict } from './thresholds.ts';

/** k6's exit codes. */
const PASSED = 0;
const THRESHOLD_MISSED = 99;
const SCRIPT_THREW = 107;

/**
 * Runs a load test in k6's format: `setup`, the scenarios, `teardown`, the thresholds, `handleSummary`.
 *
 * @returns the exit code that k6 would have: 0, 99 when a threshold was missed, 107 when loading, setup or teardown threw
 */
export async function runScript(file: string, progress: Progress): Promise<number> {
  let script: Script;
  try {
    script = await loadScript(file);
  } catch (error) {
    return report(error);
  }
  const began = performance.now();
  const failure = await play(script, progress);
  progress.end();
  const seconds = (performance.now() - began) / 1_000;

  const verdicts = judge(script.options.thresholds, seconds);
  if (failure?.in !== 'setup') summarise(script, verdicts, seconds);
  if (failure) return report(failure.error);
  return verdicts.every(({ ok }) => ok) ? PASSED : THRESHOLD_MISSED;
}

async function play(
  script: Script,
  progress: Progress,
): Promise<{ in: 'setup' | 'teardown'; error: unknown } | null> {
  let data: string | undefined;
  progress.step('setup');
  try {
    // Each user gets a copy, as in k6: a change by one is not visible to the others.
    data = JSON.stringify(await script.find('setup')?.());
  } catch (error) {
    return { in: 'setup', error };
  }
  const copy = () => (data === undefined ? undefined : (JSON.parse(data) as unknown));
  progress.step('running');
  await Promise.all(
    Object.entries(script.options.scenarios).map(([name, scenario]) =>
      execute(name, scenario, async () => {
        await script.find(scenario.exec)?.(copy());
      }),
    ),
  );
  progress.step('reading back');
  try {
    await script.find('teardown')?.(copy());
  } catch (error) {
    return { in: 'teardown', error };
  }
  return null;
}

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
