/** `npm run keys:rotate -- signing|encryption [add|use]`: a key is changed in two steps, while everything runs. */
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isProduction, settingOf } from '../platform/config/environment.ts';
import { loadEnvironment } from '../platform/config/load-environment.ts';
import { readSecret } from '../platform/config/secrets.ts';
import { readCommandLine, refuseCommandLine, runScript } from './command-line.ts';
import { explain } from './rotate-keys/explain.ts';
import { keyLists, type KeyList, type ListedKey } from './rotate-keys/key-lists.ts';
import { steps } from './rotate-keys/steps.ts';

const HELP = `npm run keys:rotate -- signing           says which key signs access tokens, and what to do next
npm run keys:rotate -- signing add       step 1: a new key is known, the old one goes on signing
npm run keys:rotate -- signing use       step 2: the new key signs; tokens under the old ones stay good
npm run keys:rotate -- encryption …      the same for the key that encrypts personal fields

After each step restart all processes that have the key (SIGNING_KEYS: user; ENCRYPTION_KEYS: user and order), one by one. Old and
new ones understand each other all the while, if no step begins before the one before it has reached them all. A step that was made
already changes nothing.

The keys are read from the environment variable or a file .env; the new value is printed as a line NAME='…', to be put where yours are kept, and all
else goes to standard error. Where the variable is not set, and not in production, the file in DATA_DIR/secrets is replaced.

Old encryption keys must be kept as long as anything is stored under them. An old signing key may be taken out of the set when
ACCESS_TOKEN_LIFETIME has passed since step 2 was finished.
`;

async function main(): Promise<void> {
  const {
    positionals: [what = '', step, ...rest],
  } = readCommandLine(HELP, { options: {}, allowPositionals: true });
  const list = Object.hasOwn(keyLists, what) ? keyLists[what] : undefined;
  if (!list) refuseCommandLine(`Expected ${Object.keys(keyLists).join(' or ')}.`);
  const isStep = step === undefined || Object.hasOwn(steps, step);
  if (!isStep || rest.length > 0)
    refuseCommandLine(`After ${what}, expected ${Object.keys(steps).join(' or ')}, or nothing.`);
  loadEnvironment();
  const dataDir = settingOf('DATA_DIR') ?? '.data';
  const keys = list.read(readSecret(list.name, dataDir));
  if (step === undefined) {
    process.stdout.write(explain(what, list, keys));
    return;
  }
  const stepped = steps[step as keyof typeof steps](keys, list);
  if (stepped.wasMade) process.stderr.write('This step has been made: nothing is changed.\n');
  store(list, stepped.keys, dataDir);
  process.stderr.write(explain(what, list, stepped.keys));
}

function store(list: KeyList, keys: readonly ListedKey[], dataDir: string): void {
  const value = list.write(keys);
  if (settingOf(list.name) || isProduction()) {
    process.stdout.write(`${list.name}='${value}'\n`);
    return;
  }
  const file = join(dataDir, 'secrets', list.name);
  writeFileSync(`${file}.new`, value, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  process.stderr.write(`${file} is written.\n`);
}

runScript(main);
