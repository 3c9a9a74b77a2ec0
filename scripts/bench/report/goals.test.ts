import { describe, expect, it } from 'vitest';
import { goalsOf, goalTable } from './goals.ts';
import { summarise } from './summary.ts';
import { cellOf } from './testing.ts';

const goalsWith = (...changes: Parameters<typeof cellOf>[0][]) => {
  const tables = new Map<string, ReturnType<typeof summarise>>();
  for (const table of ['router', 'system', 'growth'])
    tables.set(table, summarise(changes.filter((change) => change.table === table).map(cellOf)));
  return goalsOf(tables, 'this');
};

const rowOf = (goals: ReturnType<typeof goalsWith>, what: string) => {
  const block = goalTable(goals);
  return block.kind === 'table' ? block.rows.find(([name]) => name!.includes(what)) : undefined;
};

describe('a goal', () => {
  const system = (column: string, router: number, perSecond: number) => ({
    table: 'system',
    column,
    cpuMs: { router },
    perSecond,
  });

  it('is a ratio of what was measured side by side', () => {
    const goals = goalsWith(system('this', 0.6, 900), system('ceiling', 0.3, 4_000));
    expect(rowOf(goals, 'ceiling, purchase, 64')).toEqual([
      'system: CPU time of the ceiling, purchase, 64 connections',
      'at most 2.5 times',
      '2 times',
      'yes',
    ]);
  });

  it('that is not met says so', () => {
    const goals = goalsWith(
      system('this', 0.9, 400),
      system('ceiling', 0.3, 1),
      system('as usually written', 9, 100),
    );
    expect(rowOf(goals, 'ceiling, purchase, 64')!.slice(2)).toEqual(['3 times', '**no**']);
    expect(rowOf(goals, 'usually written')!.slice(1)).toEqual(['at least 5 times', '4 times', '**no**']);
  });

  it('that was not measured is neither', () => {
    expect(rowOf(goalsWith(), 'hive-router, purchase, every')!.slice(2)).toEqual(['not measured', '']);
  });
});
