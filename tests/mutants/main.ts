import { chooseNamed, readCommandLine, runScript } from '../../scripts/command-line.ts';
import { MUTANTS } from './catalogue.ts';
import { judge, lineOf, resultsOf, type Judgement } from './judge.ts';
import type { Mutant } from './mutant.ts';
import { runTests } from './run-tests.ts';
import { Workshop } from './workshop.ts';

const HELP = 'npm run mutants -- --help has the help.\n';

const startedAt = performance.now();
const secondsSince = (begun: number) => (performance.now() - begun) / 1_000;
const log = (line: string) => console.log(`${secondsSince(startedAt).toFixed(1).padStart(7)} s  ${line}`);

/** Ends the process with a sentence for an option that is not understood. */
function chooseMutants(): readonly Mutant[] {
  const { values } = readCommandLine(HELP, {
    options: {
      only: { type: 'string', multiple: true },
      list: { type: 'boolean', default: false },
    },
  });
  if (values.list) {
    for (const { name, breaks } of MUTANTS) console.log(`${name.padEnd(30)} ${breaks}`);
    return [];
  }
  return chooseNamed(MUTANTS, values.only, 'mutant');
}

/** @returns the mutants whose named tests pass on the sources as they are; the others would prove nothing */
async function findProvable(
  workshop: Workshop,
  mutants: readonly Mutant[],
  signal: AbortSignal,
): Promise<readonly Mutant[]> {
  const results = await runTests(workshop.folder, mutants, signal);
  return mutants.filter((mutant) => {
    const named = resultsOf(mutant, results);
    const failure = named.length === 0 ? 'not run' : named.find((one) => one.failure !== null)?.failure;
    if (failure) log(`${mutant.name.padEnd(30)} without it, ${mutant.caughtIn} fails: ${failure}`);
    return !failure;
  });
}

async function tryOut(workshop: Workshop, mutant: Mutant, signal: AbortSignal): Promise<Judgement> {
  const begun = performance.now();
  await workshop.make(mutant);
  const results = await runTests(workshop.folder, [mutant], signal);
  await workshop.restore();
  return judge(mutant, results, secondsSince(begun));
}

async function main(): Promise<void> {
  const mutants = chooseMutants();
  if (mutants.length === 0) return;
  const ending = new AbortController();
  for (const event of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect'])
    process.on(event, () => ending.abort(new Error('The run was interrupted.')));

  log(`${mutants.length} mutants`);
  const workshop = await Workshop.open(process.cwd());
  const judgements: Judgement[] = [];
  try {
    const provable = await findProvable(workshop, mutants, ending.signal);
    log(`without a mutant, the tests of ${provable.length} pass`);
    for (const mutant of provable) {
      const judgement = await tryOut(workshop, mutant, ending.signal);
      judgements.push(judgement);
      log(lineOf(judgement));
    }
  } finally {
    await workshop.close();
    // The channel to the launcher would keep this process alive.
    if (process.connected) process.disconnect();
  }
  const caught = judgements.filter(({ verdict }) => verdict === 'caught').length;
  console.log(`\n${caught} of ${mutants.length} mutants are caught.`);
  process.exitCode = caught < mutants.length ? 1 : 0;
}

runScript(main);
