import { writeFile } from 'node:fs/promises';
import { settingOf } from '../../platform/config/environment.ts';
import { loadEnvironment } from '../../platform/config/load-environment.ts';
import { createMint, signingKeyIn } from './mint.ts';
import { readCommandLine, runScript } from '../command-line.ts';
import { wholeNumber } from './whole-number.ts';

/** `npm run perf:tokens`: access tokens for the users of a load test, without a password hash for each. */
const HELP = `npm run perf:tokens -- [--users N] [--hours N]

Makes access tokens of N users (2000), good for N hours (6), into perf/.tokens.json, where the load tests look for them.
They are signed by the key of the shop that runs here: SIGNING_KEYS, or the one under DATA_DIR (.data). The bearer of such
a key can be any user, so a shop that matters keeps it elsewhere.
`;

const OUTPUT = settingOf('TOKENS') ?? 'perf/.tokens.json';
const AT_ONCE = 500;

async function main(): Promise<void> {
  const { values } = readCommandLine(HELP, {
    options: {
      users: { type: 'string', default: '2000' },
      hours: { type: 'string', default: '6' },
    },
  });
  const users = wholeNumber('--users', values.users);
  const lifetimeS = wholeNumber('--hours', values.hours) * 3_600;
  loadEnvironment();

  const mint = createMint(signingKeyIn(settingOf('DATA_DIR') ?? '.data'), lifetimeS);
  const tokens: string[] = [];
  while (tokens.length < users) {
    const next = Math.min(AT_ONCE, users - tokens.length);
    tokens.push(...(await Promise.all(Array.from({ length: next }, mint))));
    if (process.stdout.isTTY) process.stdout.write(`\r${tokens.length} of ${users}`);
  }
  await writeFile(OUTPUT, JSON.stringify(tokens), { mode: 0o600 });
  console.log(`${process.stdout.isTTY ? '\r' : ''}${users} tokens are in ${OUTPUT}.`);
}

runScript(main);
