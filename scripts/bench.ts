import { resolve } from 'node:path';
import { Generator } from './bench/generator/generator.ts';
import { Progress } from './bench/progress.ts';
import { requireProc } from './bench/record/process-tree.ts';
import { cpuTable, summarise } from './bench/report/markdown.ts';
import type { BenchRun } from './bench/run.ts';
import { startCeiling } from './bench/systems/ceiling-system.ts';
import { startOwnSystem } from './bench/systems/own-system.ts';
import { runWholeSystem, ROWS } from './bench/tables/whole-system.ts';
import { TokenPool } from './bench/tokens.ts';
import { readCommandLine, readWholeNumber, runScript } from './command-line.ts';
import { Teardown } from './start/teardown.ts';

/** `npm run bench`: what a purchase costs, measured side by side. */
const HELP = `npm run bench -- [--only TABLE] [--rounds N] [--seconds N] [--quick] [--against FOLDER]

  --only TABLE         this table
  --rounds N           how often each cell is measured (3)
  --quick              a second a cell and one round, to try it
  --against FOLDER     another checkout of this project, which was built there, as one more system

Linux only: it reads /proc.
`;

async function main(): Promise<void> {
  const { values } = readCommandLine(HELP, {
    options: {
      only: { type: 'string', multiple: true },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      against: { type: 'string', multiple: true, default: [] },
    },
  });
  requireProc();
  const rounds = readWholeNumber('--rounds', values.rounds ?? (values.quick ? '1' : '3'), 1);
  const seconds = readWholeNumber('--seconds', values.seconds ?? (values.quick ? '1' : '4'), 1);
  const teardown = new Teardown();
  process.once('SIGINT', () => void teardown.run().then(() => process.exit(130)));
  process.once('SIGTERM', () => void teardown.run().then(() => process.exit(143)));
  try {
    const tokens = new TokenPool();
    const generator = new Generator();
    await teardown.add(() => generator.stop());
    const folders = [
      ['this', '.'],
      ...values.against.map((folder) => [folder, resolve(folder)] as const),
    ] as const;
    const systems = [];
    for (const [name, folder] of folders)
      systems.push(await startOwnSystem({ name, folder, signingKeys: tokens.signingKeys }, teardown));
    systems.push(await startCeiling(tokens.publicKey, teardown));
    const progress = new Progress(rounds * ROWS.length * systems.length);
    const run: BenchRun = {
      rounds,
      seconds,
      warmUpSeconds: values.quick ? 2 : 8,
      mostPerSecond: 6_000,
      generator,
      tokens,
      progress,
    };
    await tokens.fill(Math.min(100_000, seconds * (rounds + 1) * ROWS.length * 1_500), (made) => {
      if (made % 5_000 === 0) progress.say(`${made} tokens`);
    });
    const cells = await runWholeSystem(run, systems);
    progress.end();
    const summaries = summarise(cells);
    console.log(cpuTable(summaries));
    for (const { row, column, voids } of summaries)
      for (const reason of voids) console.log(`${row}, ${column}: ${reason}`);
  } finally {
    await teardown.run();
  }
}

runScript(main);
