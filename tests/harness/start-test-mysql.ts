import { existsSync } from 'node:fs';
import { cp, mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initialiseMysql } from '../../scripts/stores/initialise-mysql.ts';
import { ensureServer } from '../../scripts/stores/install-servers.ts';
import { startMysql, type MysqlOptions, type RunningMysql } from '../../scripts/stores/start-mysql.ts';
import { openStoreFolder } from '../../scripts/stores/store-folder.ts';

/** In the folder of the run, so that its workers find it. */
const newData = (): string => join(tmpdir(), 'new-mysql-data');

/** Makes the data folder of a new server once for a run: it takes seconds, and a run starts a dozen servers. */
export async function makeNewMysqlData(): Promise<void> {
  const tmp = join(tmpdir(), 'new-mysql-tmp');
  await mkdir(tmp);
  await initialiseMysql(await ensureServer('mysql'), newData(), tmp, () => undefined);
}

/** As `startMysql`; a new server begins with a copy of what `makeNewMysqlData` has made, where that ran. */
export async function startTestMysql(options: MysqlOptions): Promise<RunningMysql> {
  const data = openStoreFolder(options.dataDir).file('data');
  if (existsSync(newData()) && !existsSync(data)) {
    await cp(newData(), data, { recursive: true });
    // The identity of a MySQL server, which it makes when it has none.
    await rm(join(data, 'auto.cnf'), { force: true });
  }
  return startMysql(options);
}
