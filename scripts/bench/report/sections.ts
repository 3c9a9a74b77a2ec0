import { ROW_NAMES } from '../tables/router-alone.ts';
import { COLUMNS, GROWTH_ROWS } from '../tables/growth.ts';
import { strategyRow } from '../tables/strategies.ts';
import { ratio } from '../statistics.ts';
import { figure, heading, plot, table, text, whole, type Block } from './blocks.ts';
import { linePlot, stackedBars } from './plots.ts';
import { finder, type Summary } from './summary.ts';

/** The sections of the report, one for each table; none for a table that was not run. */
export const SECTIONS: Readonly<Record<string, (summaries: readonly Summary[]) => Block[]>> = {
  router: routerSection,
  system: systemSection,
  strategies: strategiesSection,
  growth: growthSection,
};

const unique = (values: readonly string[]) => [...new Set(values)];

/** As a purchase passes them, and the stores last. */
const KINDS = ['router', 'order', 'product', 'user', 'process', 'MySQL', 'Redis'];
const kindsOf = (summaries: readonly Summary[]) =>
  KINDS.filter((kind) => summaries.some(({ cpuMs }) => kind in cpuMs));

function routerSection(summaries: readonly Summary[]): Block[] {
  const find = finder(summaries);
  const rows = Object.values(ROW_NAMES);
  const columns = unique(summaries.map(({ column }) => column));
  const pivot = (title: string, of: (one: Summary) => string) =>
    table(
      [title, ...rows],
      columns.map((column) => [
        column,
        ...rows.map((row) => (find(row, column) ? of(find(row, column)!) : '')),
      ]),
    );
  return [
    heading('The router alone'),
    text(
      'CPU milliseconds per request of the router process, before subgraphs whose answers are prepared, 64 connections.',
      'Each router checks the RS256 token of each request, and has answered every operation as this one does before it was measured.',
    ),
    pivot('CPU ms per request', (one) => figure(one.sum, 3)),
    pivot('requests a second', (one) => whole(one.perSecond)),
    pivot('p50 / p99, ms', (one) => `${figure(one.p50, 1)} / ${figure(one.p99, 1)}`),
    pivot('peak memory, MiB', (one) => whole(one.peakMiB)),
    plot(
      'router',
      'CPU milliseconds per request of the router',
      stackedBars(
        'The router alone: CPU time per request',
        'CPU ms (a bar has the three operations one after the other)',
        rows,
        columns.map((column) => ({ name: column, values: rows.map((row) => find(row, column)?.sum ?? NaN) })),
      ),
    ),
  ];
}

function systemSection(summaries: readonly Summary[]): Block[] {
  const find = finder(summaries);
  const kinds = kindsOf(summaries);
  const bars = summaries.filter(({ rounds }) => rounds > 0);
  const columns = unique(summaries.map(({ column }) => column));
  return [
    heading('The whole system'),
    text(
      'CPU milliseconds of each process for each accepted purchase (each refusal in that row), and their sum.',
      'After each run the accepted purchases, the decrement of the stock and the rows of orders are compared; where they differ, the run is void.',
      'The ceiling is one Node process: `node:http`, the RS256 check by `node:crypto`, one script call in Redis for all of a turn, one',
      'transaction with one multi-row `INSERT` and one guarded `UPDATE`.',
    ),
    table(
      ['', 'system', ...kinds, 'sum', 'from .. to', 'by ceiling', 'a second', 'p50 ms', 'p99 ms', 'peak MiB'],
      summaries.map((one) => [
        one.row,
        one.rounds === 0 ? `${one.column} (void)` : one.column,
        ...kinds.map((kind) => figure(one.cpuMs[kind], 3)),
        figure(one.sum, 3),
        one.rounds === 0 ? '' : `${figure(one.least, 3)} .. ${figure(one.most, 3)}`,
        figure(one.sum / (find(one.row, 'ceiling')?.sum ?? NaN), 2),
        whole(one.perSecond),
        figure(one.p50, 1),
        figure(one.p99, 1),
        whole(one.peakMiB),
      ]),
    ),
    plot(
      'system',
      'CPU milliseconds per purchase, by process',
      stackedBars(
        'CPU time per purchase, by process',
        'CPU ms',
        kinds,
        bars.map((one) => ({
          name: `${one.row.replace(' connections', '')}: ${one.column}`,
          values: kinds.map((kind) => one.cpuMs[kind] ?? NaN),
        })),
      ),
    ),
    plot(
      'latency',
      'How long answers take at a fixed rate',
      linePlot(
        'How long an accepted purchase takes at a fixed rate',
        { label: 'milliseconds', scale: 'log' },
        { label: 'share of the answers, %', scale: 'linear' },
        columns.map((name) => ({
          name,
          points: shares(bars.find((one) => one.column === name && / a second$/.test(one.row))),
        })),
      ),
    ),
  ];
}

/** Of each bucket, at its upper end. */
function shares(summary: Summary | undefined): { x: number; y: number }[] {
  const all = summary?.latencies.reduce((sum, { count }) => sum + count, 0) ?? 0;
  return summary?.latencies.map(({ upTo, count }) => ({ x: upTo, y: (100 * count) / all })) ?? [];
}

function strategiesSection(summaries: readonly Summary[]): Block[] {
  const find = finder(summaries);
  const columns = unique(summaries.map(({ column }) => column));
  const rows = unique(summaries.map(({ row }) => row));
  const users = unique(rows.map((row) => row.replace(/^\w+, | users$/g, ''))).map(Number);
  const curves = (
    what: 'read' | 'purchase',
    y: string,
    of: (one: Summary | undefined) => number | undefined,
  ) =>
    linePlot(
      `${what === 'read' ? 'Reads' : 'Purchases'}: ${y}`,
      { label: 'users', scale: 'linear' },
      { label: y, scale: 'linear' },
      columns.map((name) => ({
        name,
        points: users.map((x) => ({ x, y: of(find(strategyRow(what, x), name)) ?? NaN })),
      })),
    );
  return [
    heading('Users and strategies'),
    text(
      'Requests a second by number of users, each of whom sends the next request when the answer has come, by `STOCK_STRATEGY`.',
    ),
    table(
      ['requests a second', ...columns],
      rows.map((row) => [row, ...columns.map((column) => whole(find(row, column)?.perSecond))]),
    ),
    table(
      ['p50 / p99, ms', ...columns],
      rows.map((row) => [
        row,
        ...columns.map(
          (column) => `${figure(find(row, column)?.p50, 0)} / ${figure(find(row, column)?.p99, 0)}`,
        ),
      ]),
    ),
    ...(['read', 'purchase'] as const).flatMap((what) => [
      plot(
        `throughput-${what}`,
        `Throughput over users, ${what}`,
        curves(what, 'requests a second', (one) => one?.perSecond),
      ),
      plot(
        `latency-${what}`,
        `Latency over users, ${what}`,
        curves(what, 'p99 in milliseconds', (one) => one?.p99),
      ),
    ]),
  ];
}

function growthSection(summaries: readonly Summary[]): Block[] {
  const find = finder(summaries);
  const kinds = kindsOf(summaries);
  const compared = kinds.filter((kind) => ['router', 'order', 'MySQL', 'Redis'].includes(kind));
  const series = (name: string, of: (one: Summary | undefined) => number | undefined) => ({
    name,
    points: GROWTH_ROWS.connections.map(({ connections, name: row }) => ({
      x: connections,
      y: of(find(row, COLUMNS.empty)) ?? NaN,
    })),
  });
  return [
    heading('Growth'),
    text(
      'CPU milliseconds of each process for each accepted purchase. Every purchase is by another buyer, except in the row that names how many there are.',
      'A million orders: rows of orders, items, events and holdings of as many distinct buyers, of a sale that is over. The rows of the user',
      'database are not on the path of a purchase. In the last row all connections are open, and every buyer sends one purchase at the same time.',
      'Both systems have answered as many requests before, and are measured in turn. The router reads no orders: where its time differs too, the',
      'machine was another one at that moment.',
    ),
    table(
      ['', 'stored', ...kinds, 'sum', 'a second', 'p50 ms', 'p99 ms', 'peak MiB of the router'],
      summaries.map((one) => [
        one.row,
        one.rounds === 0 ? `${one.column} (void)` : one.column,
        ...kinds.map((kind) => figure(one.cpuMs[kind], 3)),
        figure(one.sum, 3),
        whole(one.perSecond),
        figure(one.p50, 1),
        figure(one.p99, 1),
        whole(one.peakByKind['router']),
      ]),
    ),
    table(
      [`${COLUMNS.full} by ${COLUMNS.empty}`, ...compared, 'sum'],
      unique(summaries.map(({ row }) => row)).map((row) => {
        const [full, empty] = [find(row, COLUMNS.full), find(row, COLUMNS.empty)];
        return [
          row,
          ...compared.map((kind) => figure(ratio(full?.cpuMs[kind], empty?.cpuMs[kind]), 2)),
          figure(ratio(full?.sum, empty?.sum), 2),
        ];
      }),
    ),
    plot(
      'growth',
      'CPU milliseconds per purchase over connections',
      linePlot(
        'CPU time per purchase over connections',
        { label: 'connections', scale: 'log' },
        { label: 'CPU ms', scale: 'linear' },
        [...kinds.map((kind) => series(kind, (one) => one?.cpuMs[kind])), series('sum', (one) => one?.sum)],
      ),
    ),
  ];
}
