import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { installServers } from '../stores/install-servers.ts';
import { describeExit, type RunningServer } from '../stores/server-process.ts';
import { startMysql } from '../stores/start-mysql.ts';
import { startRedis } from '../stores/start-redis.ts';
import type { Ending } from './ending.ts';
import { say, warn } from './screen.ts';
import type { Settings } from './settings.ts';

export type StoreUrls = { mysqlUrl: string; redisUrl: string };

/**
 * The stores that the environment names, or private servers with their data under the data folder. Throws a sentence
 * when there is no server and none can be installed, or the server's log when it does not start.
 */
export async function openStores(settings: Settings, ending: Ending): Promise<StoreUrls> {
  const { mysqlUrl, redisUrl, dataDir } = settings;
  await installServers({ mysql: mysqlUrl === undefined, redis: redisUrl === undefined }, say);
  const mysqlFolder = join(dataDir, 'mysql');
  const redisFolder = join(dataDir, 'redis');
  const [mysql, redis] = await Promise.all([
    mysqlUrl ?? runPrivate('MySQL', (port) => startMysql({ dataDir: mysqlFolder, port, log: say }), ending),
    redisUrl ?? runPrivate('Redis', (port) => startRedis({ dataDir: redisFolder, port, log: say }), ending),
  ]);
  return { mysqlUrl: mysql, redisUrl: redis };
}

/** Keeps a private server running until the end, always under the same URL. */
async function runPrivate(
  name: string,
  start: (port?: number) => Promise<RunningServer>,
  ending: Ending,
): Promise<string> {
  let server = await start();
  await ending.add(() => server.stop());
  say(`${name} is ready on port ${server.port}`);
  void keepAlive();
  return server.url;

  async function keepAlive(): Promise<void> {
    for (;;) {
      const exit = await server.exited;
      if (ending.hasBegun) return;
      warn(`${name} has ended (${describeExit(exit)}). It starts again.`);
      await sleep(1000);
      if (ending.hasBegun) return;
      try {
        server = await start(server.port);
        warn(`${name} is back.`);
      } catch (error) {
        warn(error instanceof Error ? error.message : String(error));
        await sleep(5000);
      }
      if (ending.hasBegun) await server.stop();
    }
  }
}
