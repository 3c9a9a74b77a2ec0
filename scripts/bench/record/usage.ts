import { readFileSync, writeFileSync } from 'node:fs';
import { statFields } from './process-tree.ts';

/** Of `/proc/PID/stat`: Linux counts CPU time in hundredths of a second. */
const TICK_MS = 10;

/** Processes by what they do: `router`, `order`, `MySQL`. Several of one kind are added up. */
export type ProcessGroups = Readonly<Record<string, readonly number[]>>;

export interface Usage {
  /** Of the program and of the system for it, since the process began. */
  readonly cpuMs: number;
  /** Resident now, and the most so far. */
  readonly rssMiB: number;
  readonly peakMiB: number;
}

/** @throws when one of them has ended: what it used is lost, so nothing can be said about the run */
export function readUsage(groups: ProcessGroups): Record<string, Usage> {
  return Object.fromEntries(
    Object.entries(groups).map(([group, pids]) => [group, pids.map(usageOf).reduce(add)]),
  );
}

/** The most memory so far is counted anew from now on, where the system lets this process do so. */
export function resetPeaks(groups: ProcessGroups): void {
  for (const pid of Object.values(groups).flat()) {
    try {
      writeFileSync(`/proc/${pid}/clear_refs`, RESET_PEAK);
    } catch {
      // Of another user: its peak is that of all runs.
    }
  }
}

/** proc(5): the peak resident set becomes the current one. */
const RESET_PEAK = '5';

export function cpuMsBetween(
  before: Readonly<Record<string, Usage>>,
  after: Readonly<Record<string, Usage>>,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(after).map(([group, { cpuMs }]) => [group, cpuMs - (before[group]?.cpuMs ?? 0)]),
  );
}

function usageOf(pid: number): Usage {
  const fields = statFields(pid);
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  const mebibytes = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) / 1_024;
  return {
    cpuMs: (Number(fields[11]) + Number(fields[12])) * TICK_MS,
    rssMiB: mebibytes('VmRSS'),
    peakMiB: mebibytes('VmHWM'),
  };
}

const add = (a: Usage, b: Usage): Usage => ({
  cpuMs: a.cpuMs + b.cpuMs,
  rssMiB: a.rssMiB + b.rssMiB,
  peakMiB: a.peakMiB + b.peakMiB,
});
