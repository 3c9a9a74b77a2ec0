import type { Cell } from '../cell.ts';
import { groupBy, median } from '../statistics.ts';

/** A table of Markdown; the first column is text, the others are figures. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
  const rule = head.map((_, i) => (i === 0 ? '---' : '---:'));
  return line(head) + line(rule) + rows.map(line).join('');
}

/** What is left of the rounds of one row and system: medians, and the reasons why some do not count. */
export interface Summary {
  readonly row: string;
  readonly column: string;
  readonly connections: number;
  readonly rounds: number;
  readonly cpuMs: Readonly<Record<string, number>>;
  /** Of all processes together: median, least, most. */
  readonly sum: readonly [median: number, least: number, most: number];
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly rssMiB: Readonly<Record<string, number>>;
  readonly peakMiB: Readonly<Record<string, number>>;
  readonly voids: readonly string[];
}

const sumOf = (values: Readonly<Record<string, number>>) => Object.values(values).reduce((a, b) => a + b, 0);

/** In the order in which they were first measured. Rounds that are void do not count; a row without any other has NaN. */
export function summarise(cells: readonly Cell[]): Summary[] {
  const groups = groupBy(cells, ({ row, column }) => `${row}\n${column}`);
  return [...groups.values()].map((rounds) => {
    const good = rounds.filter((cell) => cell.void === undefined);
    const { row, column, connections } = rounds[0]!;
    const kinds = Object.keys(rounds[0]!.cpuMs);
    const medians = (of: (cell: Cell) => Readonly<Record<string, number>>) =>
      Object.fromEntries(kinds.map((kind) => [kind, median(good.map((cell) => of(cell)[kind] ?? NaN))]));
    const sums = good.map((cell) => sumOf(cell.cpuMs));
    return {
      row,
      column,
      connections,
      rounds: good.length,
      cpuMs: medians((cell) => cell.cpuMs),
      sum: [median(sums), Math.min(...sums), Math.max(...sums)],
      perSecond: median(good.map((cell) => cell.perSecond)),
      p50: median(good.map((cell) => cell.p50)),
      p99: median(good.map((cell) => cell.p99)),
      rssMiB: medians((cell) => cell.rssMiB),
      peakMiB: medians((cell) => cell.peakMiB),
      voids: rounds.map((cell) => cell.void).filter((reason) => reason !== undefined),
    };
  });
}

const figure = (value: number | undefined, digits: number) =>
  value === undefined || !Number.isFinite(value) ? '' : value.toFixed(digits);

/** CPU time by process, with the rate and the latency beside it: a line for each row and system. */
export function cpuTable(summaries: readonly Summary[]): string {
  const kinds = [...new Set(summaries.flatMap(({ cpuMs }) => Object.keys(cpuMs)))];
  const head = ['', 'system', ...kinds, 'sum', 'from .. to', 'a second', 'p50 ms', 'p99 ms', 'peak MiB'];
  return markdownTable(
    head,
    summaries.map((one) => [
      one.row,
      one.rounds === 0 ? `${one.column} (void)` : one.column,
      ...kinds.map((kind) => figure(one.cpuMs[kind], 3)),
      figure(one.sum[0], 3),
      one.rounds === 0 ? '' : `${figure(one.sum[1], 3)} .. ${figure(one.sum[2], 3)}`,
      figure(one.perSecond, 0),
      figure(one.p50, 1),
      figure(one.p99, 1),
      figure(sumOf(one.peakMiB), 0),
    ]),
  );
}
