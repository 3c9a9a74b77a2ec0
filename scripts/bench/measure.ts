import { setTimeout as sleep } from 'node:timers/promises';
import type { Generator } from './generator/generator.ts';
import type { Load, LoadResult } from './generator/load.ts';
import { cpuMsBetween, readUsage, resetPeaks, type ProcessGroups, type Usage } from './record/usage.ts';

/** What one load did to the processes that served it. */
export interface Measurement {
  readonly result: LoadResult;
  /** Of each kind of process, in all of the run. */
  readonly cpuMs: Readonly<Record<string, number>>;
  /** At the end. */
  readonly usage: Readonly<Record<string, Usage>>;
}

/** What follows an answer, such as the confirmation of a reservation, belongs to the cost. */
const SETTLE_MS = 250;

/** @throws when a process ends meanwhile */
export async function measure(
  generator: Generator,
  load: Load,
  groups: () => ProcessGroups,
): Promise<Measurement> {
  let before: Readonly<Record<string, Usage>> = {};
  const result = await generator.run(load, () => {
    resetPeaks(groups());
    before = readUsage(groups());
  });
  await sleep(SETTLE_MS);
  const usage = readUsage(groups());
  return { result, cpuMs: cpuMsBetween(before, usage), usage };
}
