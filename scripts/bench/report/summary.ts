import { groupBy } from '../../../platform/batching/group-by.ts';
import type { Cell } from '../cell.ts';
import { median, type Bucket } from '../statistics.ts';

/** The rounds of one row and column: medians, and why some do not count. */
export interface Summary {
  readonly row: string;
  readonly column: string;
  readonly connections: number;
  /** That count. */
  readonly rounds: number;
  readonly cpuMs: Readonly<Record<string, number>>;
  /** Of all processes together. */
  readonly sum: number;
  readonly least: number;
  readonly most: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly rssMiB: number;
  readonly peakMiB: number;
  readonly peakByKind: Readonly<Record<string, number>>;
  /** Of all rounds together. */
  readonly latencies: readonly Bucket[];
  readonly voids: readonly string[];
}

const sumOf = (values: Readonly<Record<string, number>>): number =>
  Object.values(values).reduce((a, b) => a + b, 0);

/** In the order in which they were first measured. Rounds that are void do not count; where none is left, the figures are NaN. */
export function summarise(cells: readonly Cell[]): Summary[] {
  return [...groupBy(cells, ({ row, column }) => `${row}\n${column}`).values()].map((rounds) => {
    const good = rounds.filter((cell) => cell.void === undefined);
    const { row, column, connections, cpuMs } = rounds[0]!;
    const middle = (of: (cell: Cell) => number) => median(good.map(of));
    const byKind = (of: (cell: Cell) => Readonly<Record<string, number>>) =>
      Object.fromEntries(Object.keys(cpuMs).map((kind) => [kind, middle((cell) => of(cell)[kind] ?? NaN)]));
    const sums = good.map((cell) => sumOf(cell.cpuMs));
    return {
      row,
      column,
      connections,
      rounds: good.length,
      cpuMs: byKind((cell) => cell.cpuMs),
      sum: median(sums),
      least: Math.min(...sums),
      most: Math.max(...sums),
      perSecond: middle((cell) => cell.perSecond),
      p50: middle((cell) => cell.p50),
      p99: middle((cell) => cell.p99),
      rssMiB: middle((cell) => sumOf(cell.rssMiB)),
      peakMiB: middle((cell) => sumOf(cell.peakMiB)),
      peakByKind: byKind((cell) => cell.peakMiB),
      latencies: addBuckets(good.map((cell) => cell.latencies)),
      voids: rounds.map((cell) => cell.void).filter((reason) => reason !== undefined),
    };
  });
}

function addBuckets(all: readonly (readonly Bucket[])[]): Bucket[] {
  const counts = new Map<number, number>();
  for (const { upTo, count } of all.flat()) counts.set(upTo, (counts.get(upTo) ?? 0) + count);
  return [...counts].sort(([a], [b]) => a - b).map(([upTo, count]) => ({ upTo, count }));
}

/** @returns what finds the figures of one row and column; undefined where they were not measured, or are void */
export const finder =
  (summaries: readonly Summary[]) =>
  (row: string, column: string): Summary | undefined =>
    summaries.find((one) => one.row === row && one.column === column && one.rounds > 0);
