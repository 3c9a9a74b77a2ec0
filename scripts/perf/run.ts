import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { settingOf } from '../../platform/config/environment.ts';
import { readCommandLine, readWholeNumber, refuseCommandLine } from '../command-line.ts';
import { showProgress } from './runner/progress.ts';
import { runScript } from './runner/run-script.ts';

/** `npm run perf NAME`: runs one of the load tests in perf/. */
const folder = fileURLToPath(new URL('../../../perf/', import.meta.url));
const scripts = readdirSync(folder)
  .filter((file) => file.endsWith('.js'))
  .map((file) => file.slice(0, -3));

/** A worker loads the script and its tokens for itself, so that more of them only take memory and time. */
const MOST_FOR_EACH_CORE = 8;

const HELP = `npm run perf NAME [-- --workers N]

Runs a load test against the shop at BASE_URL (http://localhost:4000). NAME is one of
  ${scripts.join('\n  ')}
Settings are variables, for example USERS=5000 UNITS=1000 npm run perf purchase-rush; perf/README.md describes them.
  --workers N   threads that share the load (WORKERS, or one for each core); ${MOST_FOR_EACH_CORE} for each core at the most
Ctrl-C stops the load; what was done is read back, and the summary printed.
The exit code is 0 when all was well, 99 when the result was not exact or too slow, 105 when it was stopped, 107 when the run
could not be made.
`;

const {
  values,
  positionals: [name, ...rest],
} = readCommandLine(HELP, { options: { workers: { type: 'string' } }, allowPositionals: true });
if (name === undefined) refuseCommandLine(`Expected the name of a load test: ${scripts.join(', ')}.`);
if (!scripts.includes(name))
  refuseCommandLine(`There is no load test ${name}: choose ${scripts.join(', ')}.`);
if (rest.length > 0)
  refuseCommandLine(`One load test is run at a time, and its settings are variables, not ${rest.join(' ')}.`);
const workers = readWorkers();
const exitCode = await runScript({
  file: join(folder, `${name}.js`),
  workers,
  progress: showProgress(),
});
// Connections that are kept alive would hold the process.
process.exit(exitCode);

function readWorkers(): number {
  const [name, given] =
    values.workers === undefined ? ['WORKERS', settingOf('WORKERS')] : ['--workers', values.workers];
  if (given === undefined) return availableParallelism();
  const number = readWholeNumber(name, given, 1);
  const most = MOST_FOR_EACH_CORE * availableParallelism();
  if (number > most)
    refuseCommandLine(`${name} is ${most} at the most, ${MOST_FOR_EACH_CORE} for each core, not ${number}.`);
  return number;
}
