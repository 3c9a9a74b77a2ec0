import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Teardown } from '../../start/teardown.ts';
import { startMysql } from '../../stores/start-mysql.ts';
import { startRedis } from '../../stores/start-redis.ts';

/** A MySQL and a Redis of one system, with the same settings as the private ones of `npm start`. */
export interface BenchStores {
  /** Of accounts that may do everything. */
  readonly mysqlUrl: string;
  readonly redisUrl: string;
  readonly mysqlPid: number;
  readonly redisPid: number;
}

export async function openBenchStores(teardown: Teardown): Promise<BenchStores> {
  const folder = await mkdtemp(join(tmpdir(), 'firstcome-bench-'));
  await teardown.add(() => rm(folder, { recursive: true, force: true }));
  const [mysql, redis] = await Promise.all([
    startMysql({ dataDir: join(folder, 'mysql') }),
    startRedis({ dataDir: join(folder, 'redis') }),
  ]);
  await teardown.add(async () => {
    await Promise.all([mysql.stop(), redis.stop()]);
  });
  return { mysqlUrl: mysql.url, redisUrl: redis.url, mysqlPid: mysql.pid, redisPid: redis.pid };
}
