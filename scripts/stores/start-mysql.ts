import { mkdirSync } from 'node:fs';
import { createConnection } from 'mysql2/promise';
import { derivePasswords } from './accounts/derive-passwords.ts';
import { MYSQL_SERVICES, mysqlAccount, mysqlAccounts, type MysqlService } from './accounts/mysql-accounts.ts';
import type { FoundServer } from './find-server.ts';
import { onPort } from './free-port.ts';
import { asRoot, initialiseMysql } from './initialise-mysql.ts';
import { ensureServer } from './install-servers.ts';
import { endStaleServer, noteServer } from './stale-server.ts';
import { spawnServer, untilReady, type RunningServer } from './server-process.ts';
import { openStoreFolder, type StoreFolder } from './store-folder.ts';

export type MysqlOptions = {
  /** Holds the data, the log and the password. A second start with the same folder finds its data again. */
  dataDir: string;
  /** On 127.0.0.1; a free one by default. */
  port?: number | undefined;
  /** Called when the server has to be installed, or the data folder made, first. */
  log?: (line: string) => void;
  /** More server options, such as `--innodb-buffer-pool-size=1G`. */
  extraArgs?: readonly string[];
  /** For the accounts of the services, in place of the databases of a system under `/firstcome`: a pattern of `GRANT`. */
  databasePattern?: (service: MysqlService) => string;
  /** Statements in place of those that make the accounts in `urls`. */
  accounts?: string;
};

export type RunningMysql = RunningServer & {
  /** By service, with the account that has rights on that service's database only. */
  urls: Readonly<Record<MysqlService, string>>;
};

const user = 'firstcome';
const host = '127.0.0.1';

/**
 * Starts a private MariaDB or MySQL on 127.0.0.1, installing it first where that is possible, and resolves when it
 * answers. The account in `url` may do everything, in any database, and is not for services; those have `urls`. Throws when
 * there is no server, or with its log when it does not start.
 */
export async function startMysql(options: MysqlOptions): Promise<RunningMysql> {
  const log = options.log ?? (() => undefined);
  const found = await ensureServer('mysql', log);
  const folder = openStoreFolder(options.dataDir);
  await endStaleServer(folder);
  // Of its own: a starting MariaDB removes the temporary tables that it finds, whichever server they belong to.
  const tmp = folder.file('tmp');
  mkdirSync(tmp, { recursive: true });
  await initialiseMysql(found, folder.file('data'), tmp, log);
  return onPort(options.port, (port) => launch(found, folder, port, options));
}

async function launch(
  found: FoundServer,
  folder: StoreFolder,
  port: number,
  { extraArgs = [], databasePattern, accounts }: MysqlOptions,
): Promise<RunningMysql> {
  const logFile = folder.file('server.log');
  const passwords = derivePasswords(MYSQL_SERVICES, folder.password);
  const initFile = folder.writePrivate(
    'accounts.sql',
    administrator(folder.password) + (accounts ?? mysqlAccounts({ passwords, host, databasePattern })),
  );
  const args = [...serverOptions(found, folder, port), `--init-file=${initFile}`, ...extraArgs];
  const server = await spawnServer(found.path, args, logFile);
  noteServer(folder, server);
  const urlOf = (account: string, password: string) => `mysql://${account}:${password}@${host}:${port}`;
  const url = urlOf(user, folder.password);
  await untilReady('MySQL', server, () => selectOne(url), logFile);
  const urls = Object.fromEntries(
    MYSQL_SERVICES.map((service) => [service, urlOf(mysqlAccount(service), passwords[service])]),
  ) as Record<MysqlService, string>;
  return { ...server, url, urls, port };
}

/** The two flush settings are what makes a COMMIT survive a crash: a promise to buyers rests on them. */
function serverOptions(found: FoundServer, folder: StoreFolder, port: number): string[] {
  return [
    '--no-defaults',
    ...asRoot,
    `--datadir=${folder.file('data')}`,
    `--tmpdir=${folder.file('tmp')}`,
    `--pid-file=${folder.file('mysqld.pid')}`,
    `--port=${port}`,
    `--bind-address=${host}`,
    // No Unix socket: its path is limited to 107 bytes, and no client needs it.
    '--socket=',
    '--skip-name-resolve',
    '--innodb-flush-log-at-trx-commit=1',
    '--skip-log-bin',
    '--max-connections=300',
    '--character-set-server=utf8mb4',
    '--collation-server=utf8mb4_unicode_ci',
    '--default-time-zone=+00:00',
    '--performance-schema=OFF',
    ...(found.flavour === 'mysql' ? ['--mysqlx=OFF'] : []),
  ];
}

/** Runs inside the server before the port opens: our account gets its password, and root gets no way in. */
function administrator(password: string): string {
  const account = `'${user}'@'${host}'`;
  return [
    `CREATE USER IF NOT EXISTS ${account} IDENTIFIED BY '${password}';`,
    `ALTER USER ${account} IDENTIFIED BY '${password}';`,
    `GRANT ALL PRIVILEGES ON *.* TO ${account} WITH GRANT OPTION;`,
    `ALTER USER IF EXISTS 'root'@'localhost' ACCOUNT LOCK;`,
    '',
  ].join('\n');
}

async function selectOne(url: string): Promise<void> {
  const connection = await createConnection({ uri: url, connectTimeout: 1000 });
  try {
    await connection.query('SELECT 1');
    await connection.end();
  } finally {
    connection.destroy();
  }
}
