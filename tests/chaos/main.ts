import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chooseNamed, readCommandLine, readWholeNumber, runScript } from '../../scripts/command-line.ts';
import { Teardown, Interrupted } from '../../scripts/start/teardown.ts';
import { installServers } from '../../scripts/stores/install-servers.ts';
import { ChaosSystem } from './chaos-system.ts';
import type { Breach } from './checks.ts';
import { isBroken, NotInjected, roundOf, runExperiment, type Result, type Round } from './experiment.ts';
import { FAULTS, possibleHere } from './faults/catalogue.ts';
import { History } from './history.ts';
import { keepEvidence } from './keep-evidence.ts';
import { Ledger } from './ledger.ts';
import { randomPlan } from './plan.ts';
import { reportOf, sentencesOf, summaryOf, totalsOf } from './report.ts';

const startedAt = performance.now();
const log = (line: string) =>
  console.log(`${((performance.now() - startedAt) / 1_000).toFixed(1).padStart(7)} s  ${line}`);

interface Options {
  readonly rounds: Iterable<Round>;
  readonly what: string;
  readonly seed: number;
  readonly rate: number;
  /** No round begins later. */
  readonly minutes: number;
}

const HELP = 'npm run chaos -- --help has the help.\n';
/** Purchases a second, of single faults and of random ones: the latter make 100,000 in half an hour. */
const RATE = { single: 20, random: 80 };

/** Ends the process with a sentence for an option that is not understood. @returns null where nothing is to be run */
function readOptions(): Options | null {
  const { values } = readCommandLine(HELP, {
    options: {
      only: { type: 'string', multiple: true },
      seed: { type: 'string' },
      rate: { type: 'string' },
      minutes: { type: 'string' },
      list: { type: 'boolean', default: false },
    },
  });
  if (values.list) {
    for (const { name, what } of FAULTS) console.log(`${name.padEnd(26)} ${what}`);
    return null;
  }
  const faults = possibleHere(chooseNamed(FAULTS, values.only, 'fault'), log);
  if (faults.length === 0) return null;
  const seed = readWholeNumber('--seed', values.seed ?? String(Date.now() % 1_000_000));
  const rateOf = (usual: number) => readWholeNumber('--rate', values.rate ?? String(usual));
  if (values.minutes === undefined)
    return {
      rounds: faults.map((fault, i) => roundOf(fault, seed + i)),
      what: `${faults.length} faults`,
      seed,
      rate: rateOf(RATE.single),
      minutes: Infinity,
    };
  const minutes = readWholeNumber('--minutes', values.minutes);
  return {
    rounds: randomPlan(seed, faults),
    what: `random faults for ${minutes} minutes`,
    seed,
    rate: rateOf(RATE.random),
    minutes,
  };
}

/** The system under test; a new one after a fault that spoils it, or from which it did not recover. */
class Systems {
  #current: { readonly system: ChaosSystem; readonly ending: Teardown; readonly ledger: Ledger } | null =
    null;

  async use(): Promise<{ system: ChaosSystem; ledger: Ledger }> {
    if (!this.#current) {
      log('starting stores and processes');
      const [ending, ledger] = [new Teardown(), new Ledger()];
      this.#current = { ending, ledger, system: null as never };
      this.#current = { ending, ledger, system: await ChaosSystem.start(ending) };
    }
    return this.#current;
  }

  /** Checks all of its sales, and stops it. */
  async retire(): Promise<Breach[]> {
    if (!this.#current) return [];
    const { system, ledger } = this.#current;
    const breaches = await ledger.check(system);
    await this.drop();
    return breaches;
  }

  async drop(): Promise<void> {
    const { ending } = this.#current ?? {};
    this.#current = null;
    await ending?.run();
  }
}

/** The rounds so far, and what is wrong beyond them. */
class Run {
  readonly systems = new Systems();
  readonly results: Result[] = [];
  readonly atTheEnd: Breach[] = [];
  readonly failures: string[] = [];
  readonly #options: Options;
  readonly #folder: string;
  isInterrupted = false;

  constructor(options: Options) {
    this.#options = options;
    this.#folder = join(tmpdir(), `firstcome-chaos-${options.seed}`);
  }

  async all(): Promise<void> {
    const endsAt = performance.now() + this.#options.minutes * 60_000;
    for (const round of this.#options.rounds) {
      if (this.isInterrupted || performance.now() > endsAt) break;
      await this.#run(round);
    }
    if (!this.isInterrupted) this.atTheEnd.push(...(await this.systems.retire()));
  }

  async #run(round: Round): Promise<void> {
    const { system, ledger } = await this.systems.use();
    const history = new History();
    const options = { purchasesPerSecond: this.#options.rate, history, log };
    try {
      const result = await runExperiment(system, round, options);
      this.results.push(result);
      log(summaryOf(result));
      const sentences = sentencesOf(result);
      for (const sentence of sentences) log(`  ${sentence}`);
      if (sentences.length > 0) {
        log(
          `  history and logs: ${await keepEvidence(this.#folder, round.name, { system, history, sentences })}`,
        );
        return await this.systems.drop();
      }
      await ledger.record(system, result.products);
    } catch (error) {
      if (this.isInterrupted || error instanceof Interrupted) return;
      if (error instanceof NotInjected) {
        log(`${round.name}: ${error.message} (${String(error.cause)})`);
        return await this.systems.drop().catch(() => undefined);
      }
      const sentence = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.failures.push(`${round.name}: ${sentence}`);
      const evidence = { system, history, sentences: [sentence] };
      log(
        `${round.name} failed; history and logs: ${await keepEvidence(this.#folder, round.name, evidence)}`,
      );
      return await this.systems.drop().catch(() => undefined);
    }
    if (round.faults.some(({ fault }) => fault.spoilsSystem))
      this.atTheEnd.push(...(await this.systems.retire()));
  }

  report(): void {
    const { seed } = this.#options;
    if (this.results.length > 0)
      console.log(`\n${reportOf(this.results)}\n\n${totalsOf(this.results, this.atTheEnd)}`);
    for (const failure of this.failures) console.error(failure);
    if (this.isBroken) console.error(`\nA promise was broken, or a round failed (seed ${seed}).`);
  }

  get isBroken(): boolean {
    return this.results.some(isBroken) || this.atTheEnd.length > 0 || this.failures.length > 0;
  }
}

async function main(): Promise<void> {
  const options = readOptions();
  if (!options) return;
  const run = new Run(options);
  const interrupt = () => {
    if (run.isInterrupted) return;
    run.isInterrupted = true;
    log('ending everything');
    void run.systems.drop().finally(() => {
      run.report();
      process.exit(130);
    });
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
  process.on('disconnect', interrupt);

  log(`${options.what}, seed ${options.seed}, ${options.rate} purchases a second`);
  await installServers({ mysql: true, redis: true });
  try {
    await run.all();
  } catch (error) {
    if (run.isInterrupted || error instanceof Interrupted) return;
    run.failures.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
    await run.systems.drop().catch(() => undefined);
  }
  if (run.isInterrupted) return;
  run.report();
  process.exit(run.isBroken ? 1 : 0);
}

runScript(main);
