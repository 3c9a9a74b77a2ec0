import { columnOf, ROW_NAMES } from '../tables/router-alone.ts';
import { COLUMNS, GROWTH_ROWS } from '../tables/growth.ts';
import { ratio } from '../statistics.ts';
import { table, type Block } from './blocks.ts';
import { finder, type Summary } from './summary.ts';

/** A bound on what was measured. */
export interface Goal {
  readonly what: string;
  readonly bound: number;
  readonly isAtLeast?: boolean;
  /** Undefined or NaN where it was not measured. */
  readonly measured: number | undefined;
  readonly unit: string;
}

const goal = (what: string, bound: number, measured: number | undefined, unit = 'times'): Goal => ({
  what,
  bound,
  measured,
  unit,
});

export type SummariesByTable = ReadonlyMap<string, readonly Summary[]>;

export function goalsOf(tables: SummariesByTable, ours: string): Goal[] {
  const find = (name: string) => finder(tables.get(name) ?? []);
  return [
    ...routerGoals(find('router'), ours),
    ...systemGoals(find('system'), ours),
    ...growthGoals(find('growth')),
  ];
}

type Find = ReturnType<typeof finder>;

function routerGoals(find: Find, ours: string): Goal[] {
  const compared = (row: string, tokens: 'new' | 'seen') =>
    ratio(find(row, columnOf(ours, tokens))?.sum, find(row, columnOf('hive-router', tokens))?.sum);
  const bounds = [
    [ROW_NAMES.purchase, 0.55],
    [ROW_NAMES.purchaseWithProduct, 0.75],
    [ROW_NAMES.stock, 0.6],
  ] as const;
  const ofRouter = 'router: CPU time of hive-router';
  return [
    ...bounds.map(([row, bound]) =>
      goal(`${ofRouter}, ${row}, every token new`, bound, compared(row, 'new')),
    ),
    ...bounds.map(([row]) => goal(`${ofRouter}, ${row}, tokens seen before`, 1.3, compared(row, 'seen'))),
  ];
}

function systemGoals(find: Find, ours: string): Goal[] {
  const purchase = (connections: number) => `purchase, ${connections} connections`;
  const ofCeiling = (connections: number, bound: number) =>
    goal(
      `system: CPU time of the ceiling, ${purchase(connections)}`,
      bound,
      ratio(find(purchase(connections), ours)?.sum, find(purchase(connections), 'ceiling')?.sum),
    );
  const [own, usual] = [ours, 'as usually written'].map((system) => find(purchase(64), system));
  return [
    ofCeiling(8, 4),
    ofCeiling(64, 2.5),
    ofCeiling(512, 2.5),
    {
      ...goal(
        'system: accepted purchases a second of the same shop as usually written, 64 connections',
        5,
        ratio(own?.perSecond, usual?.perSecond),
      ),
      isAtLeast: true,
    },
    goal(
      'system: CPU time of an acceptance that a refusal takes, 64 connections',
      0.5,
      ratio(find('refusal (SoldOut), 64 connections', ours)?.sum, own?.sum),
    ),
  ];
}

function growthGoals(find: Find): Goal[] {
  const [at64, at512, at2000] = GROWTH_ROWS.connections;
  const { rush } = GROWTH_ROWS;
  const flat = (what: string, measured: number | undefined) =>
    goal(`growth: CPU time per purchase, ${what}`, 1.1, measured);
  const empty = (row: string) => find(row, COLUMNS.empty);
  return [
    flat('512 connections by 64', ratio(empty(at512!.name)?.sum, empty(at64!.name)?.sum)),
    flat('2,000 connections by 64', ratio(empty(at2000!.name)?.sum, empty(at64!.name)?.sum)),
    flat(
      '1,000,000 orders of as many buyers stored by none',
      ratio(find(at64!.name, COLUMNS.full)?.sum, empty(at64!.name)?.sum),
    ),
    goal(
      'growth: memory of the router with 10,000 buyers waiting',
      300,
      empty(rush.name)?.peakByKind['router'],
      'MiB',
    ),
    goal('growth: p99 of the answers to 10,000 buyers at once', 4_000, empty(rush.name)?.p99, 'ms'),
  ];
}

export function goalTable(goals: readonly Goal[]): Block {
  return table(
    ['goal', 'bound', 'measured', 'met'],
    goals.map(({ what, bound, isAtLeast = false, measured = NaN, unit }) => [
      what,
      `${isAtLeast ? 'at least' : 'at most'} ${bound.toLocaleString('en-US')} ${unit}`,
      Number.isFinite(measured)
        ? `${Number(measured.toPrecision(3)).toLocaleString('en-US')} ${unit}`
        : 'not measured',
      !Number.isFinite(measured)
        ? ''
        : (isAtLeast ? measured >= bound : measured <= bound)
          ? 'yes'
          : '**no**',
    ]),
  );
}
