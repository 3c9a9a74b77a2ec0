import { execFileSync } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { settingOf } from '../../platform/config/environment.ts';

/** The two stores that can run as private children. */
export type Store = 'mysql' | 'redis';

/** MariaDB and MySQL take almost the same options, but set up a new data folder in different ways. */
export type FoundServer = { path: string; flavour: 'mariadb' | 'mysql' | 'redis' };

/** The variable that names a server's binary (a name or a path) instead of looking for the usual ones. */
export const serverVariable = { mysql: 'MYSQL_SERVER', redis: 'REDIS_SERVER' } as const;

const usualNames = { mysql: ['mariadbd', 'mysqld'], redis: ['redis-server', 'valkey-server'] } as const;

/** Servers often live in sbin folders, which are not on an ordinary user's PATH. */
const usualFolders = [
  '/usr/local/sbin',
  '/usr/local/bin',
  '/usr/sbin',
  '/usr/bin',
  '/usr/libexec',
  '/usr/local/mysql/bin',
  '/opt/homebrew/bin',
  '/opt/homebrew/opt/mariadb/bin',
  '/opt/homebrew/opt/mysql/bin',
  '/home/linuxbrew/.linuxbrew/bin',
];

/**
 * Finds a store's server on this machine, or undefined when there is none.
 * Throws when MYSQL_SERVER or REDIS_SERVER names a binary that is not there.
 */
export function findServer(store: Store): FoundServer | undefined {
  const variable = serverVariable[store];
  const wanted = settingOf(variable);
  if (wanted) {
    const path = findExecutable([wanted]);
    if (path === undefined) throw new Error(`${variable} names ${wanted}, which is not an executable here.`);
    return { path, flavour: flavourOf(store, path) };
  }
  const path = findExecutable(usualNames[store]);
  if (path === undefined) return undefined;
  const server = { path, flavour: flavourOf(store, path) };
  return isComplete(server) ? server : undefined;
}

/** The first of these names (or paths) that is an executable file, looked for in `folders` and then the usual places. */
export function findExecutable(
  names: readonly string[],
  folders: readonly string[] = [],
): string | undefined {
  const path = (settingOf('PATH') ?? '').split(delimiter).filter((folder) => folder !== '');
  const places = [...folders, ...path, ...usualFolders];
  for (const name of names) {
    const candidates = name.includes('/') ? [name] : places.map((folder) => join(folder, name));
    const found = candidates.find(isExecutable);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Debian keeps one tool that MariaDB needs for a new data folder in another package, mariadb-client-core. */
function isComplete({ path, flavour }: FoundServer): boolean {
  return flavour !== 'mariadb' || findExecutable(['my_print_defaults'], [dirname(path)]) !== undefined;
}

/** Runs the binary itself, because Debian's `mysqld` is a link to MariaDB's server. */
function flavourOf(store: Store, path: string): FoundServer['flavour'] {
  if (store === 'redis') return 'redis';
  const version = execFileSync(path, ['--no-defaults', '--version'], { encoding: 'utf8', timeout: 10_000 });
  return /mariadb/i.test(version) ? 'mariadb' : 'mysql';
}
