import { ConfigurationError } from '../config/environment.ts';
import { loadEnvironment } from '../config/load-environment.ts';
import { misspeltSettings } from '../config/misspelt-settings.ts';
import { loggedError } from '../logged-error.ts';
import type { Logger } from '../logger.ts';
import { StoreAbsent } from './wait-for-store.ts';

/** What a process holds open. */
export interface RunningProcess {
  readonly url: string;
  /** Its connections come from another process, which has the port and says when that is open. */
  readonly isWorker?: boolean;
  /** Graceful shutdown: not ready, accept nothing new, complete the requests in progress, close the stores. */
  close(): Promise<void>;
}

/**
 * The outermost frame of every process: reads `.env`, starts, and stops once on SIGTERM or SIGINT. A setting that is
 * wrong ends the process with one sentence on standard error and exit code 78 (EX_CONFIG of sysexits.h), a store that is not there with 69
 * (EX_UNAVAILABLE).
 */
export async function runProcess(start: () => Promise<RunningProcess & { logger: Logger }>): Promise<void> {
  answerArguments(process.argv.slice(2));
  try {
    loadEnvironment();
    const running = await start();
    for (const misspelt of misspeltSettings())
      running.logger.warn(misspelt, 'a variable that is not read has almost the name of a setting');
    process.on('uncaughtException', (error) => {
      // Node would print every property of the error, such as the text of a statement.
      running.logger.fatal({ err: error }, 'the process ends with an error that was not caught');
      process.exit(1);
    });
    if (running.isWorker) running.logger.info('a worker process is ready');
    else running.logger.info({ url: running.url }, 'ready');
    const stop = (signal: NodeJS.Signals) => {
      running.logger.info({ signal }, 'stopping');
      running.close().then(
        () => process.exit(0),
        (error: unknown) => {
          running.logger.error({ err: error }, 'could not stop cleanly');
          process.exit(1);
        },
      );
    };
    process.once('SIGTERM', stop);
    process.once('SIGINT', stop);
  } catch (error) {
    if (error instanceof ConfigurationError) {
      process.stderr.write(`${error.message}\n`);
      process.exit(78);
    }
    if (await isOfStore(error)) {
      const { message } = loggedError(error);
      const sentence =
        error instanceof StoreAbsent ? message : `A store failed while the process started: ${message}.`;
      process.stderr.write(`${sentence}\n`);
      process.exit(69);
    }
    process.stderr.write(`${loggedError(error).stack ?? 'The process could not start.'}\n`);
    process.exit(1);
  }
}

const HELP = `Runs this service until SIGTERM or SIGINT. It takes no arguments: its settings are environment variables, which may be in a file .env;
.env.example lists them.
`;

/** Ends the process when there are any, because no code reads them, and what they were meant to do would silently not happen. */
function answerArguments(args: readonly string[]): void {
  if (args.length === 0) return;
  if (args.some((arg) => arg === '--help' || arg === '-h')) {
    process.stdout.write(HELP);
    process.exit(0);
  }
  process.stderr.write(
    `Unknown argument ${args[0]}: settings are environment variables. --help says more.\n`,
  );
  process.exit(64);
}

async function isOfStore(error: unknown): Promise<boolean> {
  if (error instanceof StoreAbsent) return true;
  // Only now: it loads the drivers, which not every process has.
  const { storeFailure } = await import('../store-failure.ts');
  return storeFailure(error) !== null;
}
