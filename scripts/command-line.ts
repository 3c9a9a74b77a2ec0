import { parseArgs, type ParseArgsConfig } from 'node:util';

/** Exit code of a command that is not understood (EX_USAGE of sysexits.h). */
export const USAGE = 64;

/**
 * Reads the arguments of this script, as `parseArgs` does. `--help` and `-h` print the help and end the process; so does what the
 * script does not know, with a sentence on standard error and exit code 64.
 *
 * @param help what the script does, its options, and their defaults
 */
export function readCommandLine<const Config extends ParseArgsConfig>(
  help: string,
  config: Config,
): ReturnType<typeof parseArgs<Config>> {
  const args = config.args ?? process.argv.slice(2);
  if (args.some((arg) => arg === '--help' || arg === '-h')) {
    process.stdout.write(help);
    process.exit(0);
  }
  try {
    return parseArgs(config);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return refuseCommandLine(firstSentence(error.message));
  }
}

/** Runs a script. What it throws is a sentence for people: on standard error, with exit code 1. */
export function runScript(main: () => Promise<void>): void {
  main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}

/**
 * Those that an option `--only NAME,NAME` names, which may stand several times; all of them without it. A name that is not known ends the process.
 *
 * @param what each of them is, for the sentence
 */
export function chooseNamed<Item extends { readonly name: string }>(
  all: readonly Item[],
  only: readonly string[] | undefined,
  what: string,
): readonly Item[] {
  if (!only) return all;
  const names = only.flatMap((list) => list.split(','));
  const unknown = names.filter((name) => !all.some((one) => one.name === name));
  if (unknown.length > 0) refuseCommandLine(`There is no ${what} ${unknown.join(', ')}; --list names all.`);
  return all.filter(({ name }) => names.includes(name));
}

/** What is no whole number, from `smallest` on and with nine digits at the most, ends the process. */
export function readWholeNumber(option: string, text: string, smallest = 0): number {
  if (!/^\d{1,9}$/.test(text) || Number(text) < smallest)
    refuseCommandLine(`${option} takes a whole number, not "${text}".`);
  return Number(text);
}

/** Ends the process. */
export function refuseCommandLine(sentence: string): never {
  process.stderr.write(`${sentence} --help says what there is.\n`);
  process.exit(USAGE);
}

/** Node goes on with advice that concerns the command line of Node. */
const firstSentence = (message: string): string => `${message.split(/\. |\n/)[0]!.replace(/\.$/, '')}.`;
