import { resolve } from 'node:path';
import { runBench } from './bench/run-bench.ts';
import { requireProc } from './bench/record/process-tree.ts';
import { TABLES } from './bench/tables/tables.ts';
import { chooseNamed, readCommandLine, readWholeNumber, runScript } from './command-line.ts';
import { readCheckout, readOutputFolder } from './folders.ts';
import { runWithTeardown } from './start/run-with-teardown.ts';

/** `npm run bench`: what a purchase costs, measured side by side. */
const HELP = `npm run bench -- [--only TABLE] [--rounds N] [--seconds N] [--quick] [--against FOLDER] [--report FOLDER]

Starts this system, other routers, the same shop as it is usually written, and the ceiling, sends each of them the same load in turn, and
writes perf/report/README.md and perf/report/index.html. What counts is the CPU time of each process for one request. Takes under
thirty minutes on two cores. Ctrl-C stops everything that it started.

  --only TABLE         this table alone (several: --only router,system): ${TABLES.map(({ name }) => name).join(', ')}
  --list               the names of the tables
  --rounds N           how often each cell is measured; the report has the medians (3)
  --seconds N          how long each cell is measured (3)
  --quick              one round of a second, to try it
  --against FOLDER     another checkout of this project, which is built there, as one more column
  --report FOLDER      where the report is written (perf/report)

HIVE_ROUTER is the path of the program hive-router; without it that router is left out. The other peers are packages of perf/peers, which
are installed at the first run. MYSQL_SERVER and REDIS_SERVER name the binaries of the stores. Linux only: it reads /proc.
`;

async function main(): Promise<void> {
  const { values } = readCommandLine(HELP, {
    options: {
      only: { type: 'string', multiple: true },
      list: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      against: { type: 'string', multiple: true, default: [] },
      report: { type: 'string', default: 'perf/report' },
    },
  });
  const { quick } = values;
  if (values.list) return console.log(TABLES.map(({ name }) => name).join('\n'));
  const tables = chooseNamed(TABLES, values.only, 'table');
  const rounds = readWholeNumber('--rounds', values.rounds ?? (quick ? '1' : '3'), 1);
  const seconds = readWholeNumber('--seconds', values.seconds ?? (quick ? '1' : '3'), 1);
  const others = values.against.map((folder) => [folder, readCheckout('--against', folder)] as const);
  requireProc();
  const report = readOutputFolder('--report', values.report);

  const folders = [['this', resolve('.')], ...others] as const;
  await runWithTeardown((teardown) =>
    runBench({ tables, rounds, seconds, quick, folders, report }, teardown),
  );
}

runScript(main);
