import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { installServers } from '../../scripts/stores/install-servers.ts';
import { startMysql } from '../../scripts/stores/start-mysql.ts';
import { startRedis } from '../../scripts/stores/start-redis.ts';

declare module 'vitest' {
  interface ProvidedContext {
    mysqlUrl: string;
    redisUrl: string;
  }
}

/** One MySQL and one Redis for the whole run, private to it, unless `MYSQL_URL` and `REDIS_URL` name others. */
export default async function setUpStores(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'firstcome-test-'));
  await installServers({ mysql: !process.env['MYSQL_URL'], redis: true });
  const mysql = process.env['MYSQL_URL'] ? null : await startMysql({ dataDir: join(folder, 'mysql') });
  const redis = process.env['REDIS_URL'] ? null : await startRedis({ dataDir: join(folder, 'redis') });

  project.provide('mysqlUrl', mysql?.url ?? process.env['MYSQL_URL']!);
  project.provide('redisUrl', redis?.url ?? process.env['REDIS_URL']!);
  return async () => {
    await Promise.all([mysql?.stop(), redis?.stop()]);
    await rm(folder, { recursive: true, force: true });
  };
}
