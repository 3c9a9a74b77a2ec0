import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runScript } from './runner/run-script.ts';

/** `npm run perf NAME`: runs one of the load tests in perf/. */
const folder = fileURLToPath(new URL('../../../perf/', import.meta.url));
const scripts = readdirSync(folder)
  .filter((file) => file.endsWith('.js'))
  .map((file) => file.slice(0, -3));

const HELP = `npm run perf NAME

Runs a load test against the shop at BASE_URL (http://localhost:4000). NAME is one of
  ${scripts.join('\n  ')}
Settings are variables, for example USERS=5000 UNITS=1000 npm run perf purchase-rush; perf/README.md describes them.
The exit code is 0 when all was well, 99 when the result was not exact or too slow, 107 when the run could not be made.
`;

const [name] = process.argv.slice(2);
if (name === undefined || name === '--help' || name === '-h') {
  process.stdout.write(HELP);
  process.exit(name === undefined ? 1 : 0);
}
if (!scripts.includes(name)) {
  console.error(`There is no load test ${name}: choose ${scripts.join(', ')}.`);
  process.exit(1);
}
// Connections that are kept alive would hold the process.
process.exit(await runScript(join(folder, `${name}.js`)));
