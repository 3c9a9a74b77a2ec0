import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findExecutable, findServer } from '../../scripts/stores/find-server.ts';
import { install } from '../../scripts/stores/install-servers.ts';

/** The server's own tools for backup and restore, as ops/README.md uses them. */
export interface MysqlTools {
  /** Writes these databases, as they are at one moment, to a file. */
  dump(url: string, databases: readonly string[], file: string): void;
  restore(url: string, file: string): void;
}

/**
 * Those of the server that the tests run on; as root with apt-get, MariaDB's are installed for a MariaDB server when there are none.
 *
 * @throws {Error} one sentence, when they can be neither found nor installed
 */
export async function mysqlTools(): Promise<MysqlTools> {
  const found = findMysqlTools();
  if (found) return found;
  const aptGet = findExecutable(['apt-get']);
  const areMariadbs = findServer('mysql')?.flavour === 'mariadb';
  const failure =
    process.getuid?.() === 0 && aptGet && areMariadbs
      ? await install(aptGet, [['mariadb-client']], () => undefined)
      : 'they are not installed.';
  const installed = findMysqlTools();
  if (installed) return installed;
  throw new Error(
    `No mariadb-dump and mariadb, or mysqldump and mysql, were found beside the server: ${failure}`,
  );
}

function findMysqlTools(): MysqlTools | undefined {
  const server = findServer('mysql');
  if (!server) return undefined;
  const folders = [dirname(server.path), join(dirname(server.path), '../bin')];
  const isMariadb = server.flavour === 'mariadb';
  const dump = findExecutable(isMariadb ? ['mariadb-dump', 'mysqldump'] : ['mysqldump'], folders);
  const client = findExecutable(isMariadb ? ['mariadb', 'mysql'] : ['mysql'], folders);
  if (!dump || !client || isOfMariadb(dump) !== isMariadb) return undefined;
  return {
    dump: (url, databases, file) =>
      run(dump, url, ['--single-transaction', '--no-tablespaces', '--databases', ...databases], {
        output: file,
      }),
    restore: (url, file) => run(client, url, [], { input: file }),
  };
}

/** MariaDB's packages install its tools as `mysqldump` and `mysql`, too, and its dump of a MySQL server cannot be restored. */
const isOfMariadb = (tool: string): boolean =>
  /mariadb/i.test(execFileSync(tool, ['--no-defaults', '--version'], { encoding: 'utf8', timeout: 10_000 }));

/** @throws with the tool's message when it fails */
function run(
  tool: string,
  url: string,
  args: readonly string[],
  { input, output }: { readonly input?: string; readonly output?: string },
): void {
  const { hostname, port, username, password } = new URL(url);
  const stdin = input === undefined ? 'ignore' : openSync(input, 'r');
  const stdout = output === undefined ? 'ignore' : openSync(output, 'w', 0o600);
  try {
    const { status, stderr } = spawnSync(
      tool,
      ['--no-defaults', `--host=${hostname}`, `--port=${port}`, `--user=${username}`, ...args],
      {
        env: { PATH: process.env['PATH'], MYSQL_PWD: password },
        stdio: [stdin, stdout, 'pipe'],
        encoding: 'utf8',
      },
    );
    if (status !== 0) throw new Error(`${tool} failed: ${stderr}`);
  } finally {
    for (const file of [stdin, stdout]) if (typeof file === 'number') closeSync(file);
  }
}
