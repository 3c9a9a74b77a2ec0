import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { installServers } from '../../scripts/stores/install-servers.ts';
import type { RunningMysql } from '../../scripts/stores/start-mysql.ts';
import { startRedis, type RunningRedis } from '../../scripts/stores/start-redis.ts';
import { mysqlDatabasePattern, REDIS_PREFIX_PATTERN } from './stores.ts';
import { makeTestFolder } from './test-folder.ts';
import { makeNewMysqlData, startTestMysql } from './start-test-mysql.ts';

declare module 'vitest' {
  interface ProvidedContext {
    mysqlUrl: string;
    redisUrl: string;
    mysqlUrls: RunningMysql['urls'] | undefined;
    redisUrls: RunningRedis['urls'] | undefined;
    /** Stays when the run has ended. */
    evidenceFolder: string;
  }
}

interface TestServers {
  readonly mysql: RunningMysql | null;
  readonly redis: RunningRedis | null;
  readonly evidenceFolder: string;
  stop(): Promise<void>;
}

/** vitest loads this file once for each project with tests to run; the projects of one run share the servers. */
const SHARED = Symbol.for('firstcome.test-servers');
const shared = globalThis as { [SHARED]?: { readonly servers: Promise<TestServers>; projects: number } };

/** One MySQL and one Redis for the whole run, private to it, unless `MYSQL_URL` and `REDIS_URL` name others. */
export default async function setUpStores(project: TestProject): Promise<() => Promise<void>> {
  const run = (shared[SHARED] ??= { servers: startServers(), projects: 0 });
  run.projects += 1;
  const servers = await run.servers;
  const { mysql, redis } = servers;
  project.provide('mysqlUrl', mysql?.url ?? process.env['MYSQL_URL']!);
  project.provide('redisUrl', redis?.url ?? process.env['REDIS_URL']!);
  project.provide('mysqlUrls', mysql?.urls);
  project.provide('redisUrls', redis?.urls);
  project.provide('evidenceFolder', servers.evidenceFolder);
  return async () => {
    run.projects -= 1;
    if (run.projects > 0) return;
    delete shared[SHARED];
    await servers.stop();
  };
}

async function startServers(): Promise<TestServers> {
  const evidenceFolder = tmpdir();
  const folder = await makeTestFolder();
  // Of the tests' own servers, browsers and processes as well.
  process.env['TMPDIR'] = folder;
  await installServers({ mysql: !process.env['MYSQL_URL'], redis: true });
  if (!process.env['MYSQL_URL']) await makeNewMysqlData();
  const mysql = process.env['MYSQL_URL']
    ? null
    : await startTestMysql({ dataDir: join(folder, 'mysql'), databasePattern: mysqlDatabasePattern });
  const redis = process.env['REDIS_URL']
    ? null
    : await startRedis({ dataDir: join(folder, 'redis'), prefix: REDIS_PREFIX_PATTERN });
  return {
    mysql,
    redis,
    evidenceFolder,
    async stop() {
      await Promise.all([mysql?.stop(), redis?.stop()]);
      process.env['TMPDIR'] = evidenceFolder;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
