import { expect, it } from 'vitest';
import { Teardown } from '../start/teardown.ts';
import { Progress } from './progress.ts';
import { runTable } from './run-bench.ts';
import type { BenchRun } from './run.ts';

it('a table that fails has the first line of the failure in the report, and all of it is printed', async () => {
  const printed: unknown[] = [];
  class Quiet extends Progress {
    override sayFailure(error: unknown): void {
      printed.push(error);
    }
  }
  const failure = new Error('A router did not start: Error: No port.\nError: No port.\n    at main.js:1');
  const stopped: string[] = [];
  const table = {
    name: 'router',
    cells: () => 1,
    run: async (_run: BenchRun, teardown: Teardown) => {
      await teardown.add(() => void stopped.push('another router'));
      throw failure;
    },
  };
  const run = { progress: new Quiet(1) } as unknown as BenchRun;
  expect(await runTable(table, run, new Teardown())).toEqual({
    cells: [],
    notes: ['The table router could not be measured: A router did not start: Error: No port.'],
  });
  expect([printed, stopped]).toEqual([[failure], ['another router']]);
});
