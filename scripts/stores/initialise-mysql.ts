import { execFile } from 'node:child_process';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { userInfo } from 'node:os';
import { promisify } from 'node:util';
import { findExecutable, type FoundServer } from './find-server.ts';

const execute = promisify(execFile);

/** Both servers refuse to run as root without an option. */
export const asRoot: readonly string[] = process.getuid?.() === 0 ? ['--user=root'] : [];

/**
 * Makes a new data folder for the server, unless there is one already. It is built aside and renamed when it is
 * complete, so that one cut short is never mistaken for data. `tmpFolder` must belong to this process alone. Throws with the
 * output of the server.
 */
export async function initialiseMysql(
  server: FoundServer,
  dataFolder: string,
  tmpFolder: string,
  log: (line: string) => void,
): Promise<void> {
  if (existsSync(dataFolder)) return refuseForeignData(server, dataFolder);
  log('making a new MySQL data folder');
  const unfinished = `${dataFolder}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  const [command, args] =
    server.flavour === 'mariadb' ? installDb(server, unfinished) : initialise(server, unfinished);
  try {
    await execute(command, args, { maxBuffer: 16 * 1024 * 1024, env: { ...process.env, TMPDIR: tmpFolder } });
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    throw new Error(explain(error), { cause: error });
  }
  renameSync(unfinished, dataFolder);
}

/** Neither server can read what the other wrote, and their own messages about it are hard to understand. */
function refuseForeignData(server: FoundServer, dataFolder: string): void {
  const writer = existsSync(join(dataFolder, 'aria_log_control')) ? 'mariadb' : 'mysql';
  if (writer === server.flavour) return;
  const names = { mariadb: 'MariaDB', mysql: 'MySQL', redis: 'Redis' };
  throw new Error(
    `${dataFolder} was written by ${names[writer]}, but ${server.path} is ${names[server.flavour]}: ` +
      'name the former in MYSQL_SERVER, or use another DATA_DIR.',
  );
}

/** "socket" leaves no account that could be used without a password over TCP. */
function installDb(server: FoundServer, folder: string): [string, string[]] {
  const bin = dirname(server.path);
  const script = findExecutable(
    ['mariadb-install-db', 'mysql_install_db'],
    [bin, join(bin, '../bin'), join(bin, '../scripts')],
  );
  if (script === undefined)
    throw new Error(`mariadb-install-db, which belongs to ${server.path}, was not found.`);
  const options = [
    '--auth-root-authentication-method=socket',
    `--auth-root-socket-user=${userInfo().username}`,
    '--skip-test-db',
    '--skip-name-resolve',
  ];
  return [script, ['--no-defaults', ...asRoot, `--datadir=${folder}`, ...options]];
}

/** Its root account has no password yet; the init file locks it at every start, before the port is opened. */
function initialise(server: FoundServer, folder: string): [string, string[]] {
  return [server.path, ['--no-defaults', '--initialize-insecure', ...asRoot, `--datadir=${folder}`]];
}

function explain(error: unknown): string {
  const {
    stdout = '',
    stderr = '',
    message = '',
  } = error as { stdout?: string; stderr?: string; message?: string };
  const output = `${stdout}\n${stderr}`.trim() || message;
  const hint = /errno:? 13|permission denied/i.test(output)
    ? ' AppArmor may be keeping this server out of every folder but its own: install mariadb-server-core instead, use docker compose, or set MYSQL_URL.'
    : '';
  return `The data folder for MySQL could not be made.${hint} The output of the server:\n${output.split('\n').slice(-8).join('\n').replace(/^/gm, '  ')}`;
}
