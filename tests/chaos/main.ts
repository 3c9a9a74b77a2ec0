import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCommandLine, refuseCommandLine, runScript } from '../../scripts/command-line.ts';
import { Ending, Interrupted } from '../../scripts/start/ending.ts';
import { installServers } from '../../scripts/stores/install-servers.ts';
import { ChaosSystem } from './chaos-system.ts';
import { runExperiment, type Result } from './experiment.ts';
import { FAULTS, possibleHere } from './faults/catalogue.ts';
import type { Fault } from './faults/fault.ts';
import { keepEvidence } from './keep-evidence.ts';
import { reportOf, summaryOf } from './report.ts';

const startedAt = performance.now();
const log = (line: string) =>
  console.log(`${((performance.now() - startedAt) / 1_000).toFixed(1).padStart(7)} s  ${line}`);

interface Options {
  readonly faults: readonly Fault[];
  readonly seed: number;
  readonly rate: number;
}

const HELP = 'npm run chaos -- --help has the help.\n';

/** Ends the process with a sentence for an option that is not understood. */
function readOptions(): Options {
  const { values } = readCommandLine(HELP, {
    options: {
      only: { type: 'string', multiple: true },
      seed: { type: 'string' },
      rate: { type: 'string', default: '20' },
      list: { type: 'boolean', default: false },
    },
  });
  if (values.list) {
    for (const { name, what } of FAULTS) console.log(`${name.padEnd(26)} ${what}`);
    return { faults: [], seed: 0, rate: 0 };
  }
  const names = values.only?.flatMap((list) => list.split(','));
  const unknown = names?.filter((name) => !FAULTS.some((fault) => fault.name === name)) ?? [];
  if (unknown.length > 0) refuseCommandLine(`There is no fault ${unknown.join(', ')}; --list names all.`);
  return {
    faults: names ? FAULTS.filter(({ name }) => names.includes(name)) : FAULTS,
    seed: wholeNumber('--seed', values.seed ?? String(Date.now() % 1_000_000)),
    rate: wholeNumber('--rate', values.rate),
  };
}

function wholeNumber(option: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) refuseCommandLine(`${option} takes a whole number, not "${text}".`);
  return Number(text);
}

/** The system that the faults meet; another one after a fault that spoils it, or from which it did not recover. */
class Systems {
  #current: { readonly system: ChaosSystem; readonly ending: Ending } | null = null;

  async use(): Promise<ChaosSystem> {
    if (!this.#current) {
      log('starting stores and processes');
      const ending = new Ending();
      this.#current = { ending, system: null as never };
      this.#current = { ending, system: await ChaosSystem.start(ending) };
    }
    return this.#current.system;
  }

  async drop(): Promise<void> {
    const { ending } = this.#current ?? {};
    this.#current = null;
    await ending?.run();
  }
}

async function main(): Promise<void> {
  const { faults: chosen, seed, rate } = readOptions();
  const faults = possibleHere(chosen, log);
  if (faults.length === 0) return;
  const systems = new Systems();
  const evidence = join(tmpdir(), `firstcome-chaos-${seed}`);
  const results: Result[] = [];
  let isOver = false;
  const interrupt = () => {
    if (isOver) return;
    isOver = true;
    log('ending everything');
    void systems.drop().finally(() => {
      if (results.length > 0) console.log(`\n${reportOf(results)}`);
      process.exit(130);
    });
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
  process.on('disconnect', interrupt);

  log(`${faults.length} faults, seed ${seed}, ${rate} purchases a second`);
  await installServers({ mysql: true, redis: true });
  const failures: string[] = [];
  try {
    for (const [i, fault] of faults.entries()) {
      if (isOver) return;
      const system = await systems.use();
      const result = await runExperiment(system, fault, {
        seed: seed + i,
        purchasesPerSecond: rate,
        log,
      });
      results.push(result);
      log(summaryOf(result));
      for (const sentence of result.broken) log(`  ${sentence}`);
      if (result.broken.length > 0)
        log(`  history and logs: ${await keepEvidence(evidence, system, result)}`);
      if (fault.spoilsSystem || result.broken.length > 0) await systems.drop();
    }
    await systems.drop();
  } catch (error) {
    if (isOver || error instanceof Interrupted) return;
    failures.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
    await systems.drop().catch(() => undefined);
  }
  console.log(`\n${reportOf(results)}`);
  for (const failure of failures) console.error(failure);
  const broken = results.filter(({ broken: sentences }) => sentences.length > 0);
  if (broken.length > 0)
    console.error(`\n${broken.length} of ${results.length} faults broke a rule (seed ${seed}).`);
  process.exit(broken.length > 0 || failures.length > 0 ? 1 : 0);
}

runScript(main);
