/** `npm run secrets`: new values for what production and docker compose must be given, as lines for a file .env. */
import { randomBytes } from 'node:crypto';
import { settingOf } from '../platform/config/environment.ts';
import { loadEnvironment } from '../platform/config/load-environment.ts';
import { makeSecrets } from '../platform/config/secrets.ts';
import { STAND_INS } from '../platform/config/stand-ins.ts';
import { readCommandLine, runScript } from './command-line.ts';
import { namesInOutput } from './secrets/names-in-output.ts';
import { STORE_PASSWORDS } from './stores/accounts/compose-configs.ts';

const HELP = `npm run --silent secrets >> .env                 puts a new secret for each variable that production must be given
                                                where npm start and docker compose find it
npm run --silent secrets -- --missing >> .env    after an upgrade: only what a newer release needs besides

  USER_IDENTITY_SECRET, PRODUCT_IDENTITY_SECRET, ORDER_IDENTITY_SECRET
                     each shared by a subgraph and those that call it: signs the identity of a request
  SIGNING_KEYS       signs access tokens (user)
  ENCRYPTION_KEYS    encrypts personal fields in MySQL (user, order)
  LOOKUP_KEY         finds an account by its e-mail address (user)
  MYSQL_PASSWORD     of root in the MySQL that docker compose runs
  *_MYSQL_PASSWORD   of each subgraph there
  *_REDIS_PASSWORD   of each service in the Redis that docker compose runs

It chooses what stands in for a payment provider, a carrier and a mail server in a first try, and says so.

Where one of them is set already, in .env or the environment, it prints nothing and fails: a second value would take the place of the
first. Keep what it printed: without ENCRYPTION_KEYS and LOOKUP_KEY the accounts cannot be read any more.
`;

/** Single quotes: neither a shell, Node nor docker compose finds anything to replace in between. */
const line = ([name, value]: [string, string]): string => `${name}='${value}'\n`;

/** @throws a sentence when nothing is printed */
async function main(): Promise<void> {
  const { values } = readCommandLine(HELP, { options: { missing: { type: 'boolean' } } });
  loadEnvironment();
  const secrets = Object.entries({ ...makeSecrets(), ...storePasswords() });
  const known = new Set(namesInOutput());
  const isSet = ([name]: [string, string]) => settingOf(name) !== undefined || known.has(name);
  const set = secrets.filter(isSet).map(([name]) => name);
  if (set.length > 0 && !values.missing) {
    throw new Error(
      `Nothing was printed, because a second value would take the place of the first: ${set.join(', ')} ${set.length === 1 ? 'is' : 'are'} set already.\n` +
        'What a newer release needs besides is printed by: npm run --silent secrets -- --missing >> .env',
    );
  }
  process.stdout.write(
    secrets
      .filter((secret) => !isSet(secret))
      .map(line)
      .join('') + standIns(known),
  );
}

/** What production must choose and a first try can do without. A line in .env is the choice. */
function standIns(known: ReadonlySet<string>): string {
  const chosen = STAND_INS.filter(({ processes }) => !processes.includes('start')).filter(
    ({ choice, real, isDefault, inProduction }) =>
      isDefault &&
      inProduction === 'chosen' &&
      ![choice![0], ...real].some((name) => settingOf(name) || known.has(name)),
  );
  if (chosen.length === 0) return '';
  const note =
    '# For a first try; each warns at every start. Put the real thing in its place before anything is sold.\n';
  for (const { name, standsInFor, choice } of chosen)
    process.stderr.write(`${choice!.join('=')} was chosen: ${name} stands in for ${standsInFor}\n`);
  return note + chosen.map(({ choice }) => line([...choice!])).join('');
}

const storePasswords = (): Record<string, string> =>
  Object.fromEntries(
    ['MYSQL_PASSWORD', ...STORE_PASSWORDS].map((name) => [name, randomBytes(24).toString('base64url')]),
  );

runScript(main);
