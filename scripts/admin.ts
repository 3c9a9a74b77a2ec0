/** `npm run admin -- grant|revoke EMAIL`, `npm run admin -- list`: who is an administrator. */
import { loadEnvironment } from '../platform/config/load-environment.ts';
import { createLogger } from '../platform/logger.ts';
import { openDatabase, type Database } from '../platform/mysql/database.ts';
import { createFieldCipher } from '../platform/personal-data/field-cipher.ts';
import { connectRedis } from '../platform/redis/client.ts';
import { normaliseEmail } from '../subgraphs/user/accounts/account-input.ts';
import { readUserConfig, type UserConfig } from '../subgraphs/user/config.ts';
import { createRevokedSessions } from '../subgraphs/user/sessions/revoked-sessions.ts';
import { Account } from '../subgraphs/user/accounts/account.ts';
import { createKeyedHash } from '../subgraphs/user/personal-data/keyed-hash.ts';
import { createPersonalFields } from '../subgraphs/user/personal-data/personal-fields.ts';
import { changeRole } from './admin/roles.ts';
import { usePrivateStores } from './admin/user-stores.ts';
import { readCommandLine, refuseCommandLine, runScript } from './command-line.ts';

const HELP = `npm run admin -- grant EMAIL     makes the account with this address an administrator; it takes effect at its next sign-in
npm run admin -- revoke EMAIL    makes it an ordinary account and ends its sessions
npm run admin -- list            prints the administrators

It reads the settings of the user subgraph (MYSQL_URL, REDIS_URL, LOOKUP_KEY and ENCRYPTION_KEYS), from the environment or .env; where no
URL is set, it uses the private stores of the npm start that is running. In containers:

docker compose exec user node dist/scripts/admin.js grant EMAIL
`;

const logger = createLogger('admin', 'silent');

/** @returns what to print */
async function main(): Promise<string> {
  const { positionals } = readCommandLine(HELP, { options: {}, allowPositionals: true });
  const [command = '', address, ...rest] = positionals;
  if (!['grant', 'revoke', 'list'].includes(command)) refuseCommandLine('Expected grant, revoke or list.');
  if (rest.length > 0 || (command === 'list') !== (address === undefined))
    refuseCommandLine(`${command} takes ${command === 'list' ? 'no argument' : 'one e-mail address'}.`);
  loadEnvironment();
  usePrivateStores();
  const config = readUserConfig();
  const database = await openDatabase({
    url: config.MYSQL_URL,
    subgraph: 'user',
    entities: [Account],
    migrations: [],
    poolSize: 1,
    queueLimit: 10,
    logger,
  });
  try {
    if (address === undefined) return await list(database, config);
    return await change(command === 'grant' ? 'ADMIN' : 'USER', address, database, config);
  } finally {
    await database.close();
  }
}

async function change(
  role: 'ADMIN' | 'USER',
  address: string,
  database: Database,
  config: UserConfig,
): Promise<string> {
  const redis = await connectRedis({ url: config.REDIS_URL, logger });
  try {
    const { publish } = createRevokedSessions(redis, config.REDIS_PREFIX, config.ACCESS_TOKEN_LIFETIME);
    const email = normaliseEmail(address);
    const emailHash = createKeyedHash(config.secrets.lookupKey).ofEmail(email);
    const what = role === 'ADMIN' ? 'an administrator' : 'an ordinary account';
    switch (await changeRole(database, emailHash, role, publish)) {
      case 'noAccount':
        throw new Error(`No account has the address ${email}: it signs up first.`);
      case 'unchanged':
        return `${email} is ${what} already.`;
      case 'changed':
        return role === 'ADMIN'
          ? `${email} is ${what} from its next sign-in on.`
          : `${email} is ${what} now, and its sessions have ended.`;
    }
  } finally {
    redis.disconnect();
  }
}

async function list({ orm }: Database, config: UserConfig): Promise<string> {
  const personal = createPersonalFields(createFieldCipher(config.secrets.encryptionKeys));
  const accounts = await orm
    .getRepository(Account)
    .find({ where: { role: 'ADMIN' }, order: { createdAt: 'ASC' } });
  return accounts.map((account) => `${account.id}  ${personal.open(account).email}`).join('\n');
}

runScript(async () => console.log(await main()));
