import { Teardown } from '../start/teardown.ts';
import { Generator } from './generator/generator.ts';
import { Progress } from './progress.ts';
import { describeRun } from './report/about.ts';
import { writeReport } from './report/write-report.ts';
import type { BenchRun } from './run.ts';
import { sentenceOf } from './sentence-of.ts';
import type { Table, TableResult } from './tables/table.ts';
import { TokenPool } from './tokens.ts';

export interface BenchOptions extends Pick<BenchRun, 'rounds' | 'seconds' | 'quick' | 'folders'> {
  readonly tables: readonly Table[];
  /** The folder that the report is written to. */
  readonly report: string;
}

const SECONDS_OF_WARM_UP = 8;
const TOKENS = { usual: 120_000, quick: 10_000 };

/** Runs the tables one after the other; what a table has started is stopped before the next one begins. */
export async function runBench(options: BenchOptions, teardown: Teardown): Promise<void> {
  const { tables, ...rest } = options;
  const run: BenchRun = {
    ...rest,
    warmUpSeconds: options.quick ? 2 : SECONDS_OF_WARM_UP,
    generator: new Generator(),
    tokens: new TokenPool(),
    progress: new Progress(0),
  };
  const about = describeRun(options, process.argv.slice(2));
  await teardown.add(() => run.generator.stop());
  run.progress.skip(-tables.reduce((sum, table) => sum + table.cells(run), 0));
  await run.tokens.fill(options.quick ? TOKENS.quick : TOKENS.usual, (made) => {
    if (made % 10_000 === 0) run.progress.say(`${made} access tokens are signed`);
  });
  const results = new Map<string, TableResult>();
  let markdown = '';
  for (const table of tables) {
    results.set(table.name, await runTable(table, run, teardown));
    // Also what was measured before a run is interrupted can be read. A report of nothing would replace an earlier one.
    if ([...results.values()].some(({ cells }) => cells.length > 0))
      markdown = writeReport(options.report, about, results, options.folders[0]![0]);
  }
  run.progress.end();
  if (markdown !== '') {
    console.log(markdown);
    console.log(`The report is in ${options.report}: index.html has the plots.`);
  }
  const failed = [...results].filter(([, { cells }]) => cells.length === 0);
  if (failed.length > 0)
    throw new Error(
      [
        `Nothing was measured for ${failed.map(([name]) => name).join(', ')}.`,
        ...failed.flatMap(([, { notes }]) => notes),
      ].join('\n'),
    );
}

/** A table that fails costs none of the others. */
export async function runTable(table: Table, run: BenchRun, teardown: Teardown): Promise<TableResult> {
  const ofTable = new Teardown();
  await teardown.add(() => ofTable.run());
  try {
    return await table.run(run, ofTable);
  } catch (error) {
    if (teardown.hasBegun) throw error;
    run.progress.sayFailure(error);
    return { cells: [], notes: [`The table ${table.name} could not be measured: ${sentenceOf(error)}`] };
  } finally {
    await ofTable.run();
  }
}
