import { histogram, percentile, type Bucket } from './statistics.ts';
import type { Measurement } from './measure.ts';

/** One run: a system under one load, in one round. */
export interface Cell {
  readonly table: string;
  /** The row: what was sent, and over how many connections. */
  readonly row: string;
  /** The column: which system. */
  readonly column: string;
  readonly round: number;
  readonly connections: number;
  readonly sent: number;
  /** Answers of the kind that the row is about. */
  readonly counted: number;
  readonly perSecond: number;
  /** For each counted answer, of each kind of process. */
  readonly cpuMs: Readonly<Record<string, number>>;
  readonly rssMiB: Readonly<Record<string, number>>;
  readonly peakMiB: Readonly<Record<string, number>>;
  readonly p50: number;
  readonly p99: number;
  readonly latencies: readonly Bucket[];
  /** Why the figures must not be used. */
  readonly void?: string | undefined;
}

export interface CellName {
  readonly table: string;
  readonly row: string;
  readonly column: string;
  readonly round: number;
  readonly connections: number;
}

/** @param counted the name of the answers that the row is about */
export function toCell(
  name: CellName,
  { result, cpuMs, usage }: Measurement,
  counted: string,
  isVoid?: string,
): Cell {
  const count = result.counts[counted] ?? 0;
  const others = result.sent - count;
  const reason =
    isVoid ??
    (others > 0
      ? `${others} of ${result.sent} answers were others: ${result.failure ?? 'refusals'}`
      : undefined);
  const perGroup = (value: (group: string) => number) =>
    Object.fromEntries(Object.keys(usage).map((group) => [group, value(group)]));
  return {
    ...name,
    sent: result.sent,
    counted: count,
    perSecond: count / result.seconds,
    cpuMs: perGroup((group) => cpuMs[group]! / count),
    rssMiB: perGroup((group) => usage[group]!.rssMiB),
    peakMiB: perGroup((group) => usage[group]!.peakMiB),
    p50: percentile(result.milliseconds, 0.5),
    p99: percentile(result.milliseconds, 0.99),
    latencies: histogram(result.milliseconds),
    void: reason === undefined ? undefined : reason.slice(0, 300),
  };
}
