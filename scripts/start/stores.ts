import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { installServers } from '../stores/install-servers.ts';
import type { MysqlService } from '../stores/accounts/mysql-accounts.ts';
import type { RedisService } from '../stores/accounts/redis-users.ts';
import { describeExit, type RunningServer } from '../stores/server-process.ts';
import { startMysql } from '../stores/start-mysql.ts';
import { startRedis } from '../stores/start-redis.ts';
import { bufferPoolOption } from './buffer-pool.ts';
import type { Teardown } from './teardown.ts';
import { log, warn } from './screen.ts';
import type { Settings } from './settings.ts';
import type { StoreNotes } from './store-notes.ts';

/** One URL for all that was given; of a private server, one for each service, with that service's account. */
export type StoreUrls = {
  mysql: Readonly<Record<MysqlService, string>>;
  redis: Readonly<Record<RedisService, string>>;
  /** Of private servers alone. */
  notes: StoreNotes;
};

/** Before any store is open: those that are set, and something of their form in the place of private ones. */
export function plannedStores({
  mysqlUrl: mysql = 'mysql://firstcome@127.0.0.1:3306',
  redisUrl: redis = 'redis://127.0.0.1:6379',
}: Partial<Pick<Settings, 'mysqlUrl' | 'redisUrl'>>): StoreUrls {
  return {
    mysql: { user: mysql, product: mysql, order: mysql },
    redis: { router: redis, user: redis, product: redis, order: redis },
    notes: {},
  };
}

/**
 * The stores that the environment names, or private servers with their data under the data folder. Throws a sentence
 * when there is no server and none can be installed, or the server's log when it does not start.
 */
export async function openStores(
  settings: Pick<Settings, 'mysqlUrl' | 'redisUrl' | 'redisPrefix' | 'dataDir'>,
  teardown: Teardown,
): Promise<StoreUrls> {
  const { mysqlUrl, redisUrl, redisPrefix, dataDir } = settings;
  await installServers({ mysql: mysqlUrl === undefined, redis: redisUrl === undefined }, log);
  const mysqlFolder = join(dataDir, 'mysql');
  const redisFolder = join(dataDir, 'redis');
  const [mysql, redis] = await Promise.all([
    mysqlUrl
      ? { urls: { user: mysqlUrl, product: mysqlUrl, order: mysqlUrl } }
      : runPrivate(
          'MySQL',
          (port) => startMysql({ dataDir: mysqlFolder, port, log, extraArgs: [bufferPoolOption()] }),
          teardown,
        ),
    redisUrl
      ? { urls: { router: redisUrl, user: redisUrl, product: redisUrl, order: redisUrl } }
      : runPrivate(
          'Redis',
          (port) => startRedis({ dataDir: redisFolder, port, log, prefix: asPattern(redisPrefix) }),
          teardown,
        ),
  ]);
  const notes = {
    ...('administrator' in mysql ? { MySQL: mysql.administrator } : {}),
    ...('administrator' in redis ? { Redis: redis.administrator } : {}),
  };
  return { mysql: mysql.urls, redis: redis.urls, notes };
}

/** A prefix in which nothing stands for anything else. */
const asPattern = (prefix: string): string => prefix.replace(/[\\*?[\]]/g, '\\$&');

/** Keeps a private server running until the end, always under the same URLs. */
async function runPrivate<Urls>(
  name: string,
  start: (port?: number) => Promise<RunningServer & { urls: Urls }>,
  teardown: Teardown,
): Promise<{ urls: Urls; administrator: string }> {
  let server = await start();
  await teardown.add(() => server.stop());
  log(`${name} is ready on port ${server.port}`);
  void keepAlive();
  return { urls: server.urls, administrator: server.url };

  async function keepAlive(): Promise<void> {
    for (;;) {
      const exit = await server.exited;
      if (teardown.hasBegun) return;
      warn(`${name} has ended (${describeExit(exit)}). It starts again.`);
      await sleep(1000);
      if (teardown.hasBegun) return;
      try {
        server = await start(server.port);
        warn(`${name} is back.`);
      } catch (error) {
        warn(error instanceof Error ? error.message : String(error));
        await sleep(5000);
      }
      if (teardown.hasBegun) await server.stop();
    }
  }
}
