/** `npm run secrets`: new values for what production and docker compose must be given, as lines for a file .env. */
import { randomBytes } from 'node:crypto';
import { makeSecrets } from '../platform/config/secrets.ts';

const HELP = `npm run secrets                     prints a new secret for each variable that production must be given
npm run --silent secrets >> .env    puts them where npm start and docker compose find them

  USER_IDENTITY_SECRET, PRODUCT_IDENTITY_SECRET, ORDER_IDENTITY_SECRET
                     each shared by a subgraph and those that call it: signs the identity of a request
  SIGNING_KEYS       signs access tokens (user)
  ENCRYPTION_KEYS    encrypts personal fields in MySQL (user, order)
  LOOKUP_KEY         finds an account by its e-mail address (user)
  MYSQL_PASSWORD     of the MySQL that docker compose runs

Run it once and keep what it printed: without ENCRYPTION_KEYS and LOOKUP_KEY nobody can read the accounts any more.
`;

/** Single quotes: neither a shell, Node nor docker compose finds anything to replace in between. */
const line = ([name, value]: [string, string]): string => `${name}='${value}'\n`;

function main(args: readonly string[]): void {
  if (args.length > 0) {
    process.stdout.write(HELP);
    if (!args.some((arg) => arg === '--help' || arg === '-h')) process.exitCode = 64;
    return;
  }
  const secrets = { ...makeSecrets(), MYSQL_PASSWORD: randomBytes(24).toString('base64url') };
  process.stdout.write(Object.entries(secrets).map(line).join(''));
}

main(process.argv.slice(2));
