import { Redis } from 'ioredis';
import { onPort } from './free-port.ts';
import { ensureServer } from './install-servers.ts';
import { endLeftover, noteServer } from './leftover.ts';
import { spawnServer, untilReady, type RunningServer } from './server-process.ts';
import { openStoreFolder, type StoreFolder } from './store-folder.ts';

export type RedisOptions = {
  /** Holds the log and the password; Redis itself keeps nothing. */
  dataDir: string;
  /** On 127.0.0.1; a free one by default. */
  port?: number | undefined;
  /** Told when the server has to be installed first. */
  log?: (line: string) => void;
  /** More lines for its configuration, as on the command line: `['--maxmemory', '10mb']`. */
  extraArgs?: readonly string[];
};

/**
 * Starts a private Redis (or Valkey) on 127.0.0.1, installing it first where that is possible, and resolves when it
 * answers. It saves nothing: MySQL owns every promise, and a Redis that came back with old data would only have to be
 * emptied. Throws when there is no server, or with its log when it does not start.
 */
export async function startRedis(options: RedisOptions): Promise<RunningServer> {
  const { path } = await ensureServer('redis', options.log);
  const folder = openStoreFolder(options.dataDir);
  await endLeftover(folder);
  return onPort(options.port, (port) => launch(path, folder, port, options.extraArgs ?? []));
}

async function launch(
  binary: string,
  folder: StoreFolder,
  port: number,
  extraArgs: readonly string[],
): Promise<RunningServer> {
  const logFile = folder.file('server.log');
  // A file, since every user of the machine can read a command line.
  const config = folder.writePrivate('redis.conf', configuration(folder, port));
  const server = await spawnServer(binary, [config, ...extraArgs], logFile);
  noteServer(folder, server);
  const url = `redis://:${folder.password}@127.0.0.1:${port}`;
  await untilReady('Redis', server, () => ping(url), logFile);
  return { ...server, url, port };
}

/** `set-proc-title no` keeps the configuration's path in the command line, by which a leftover server is recognised. */
function configuration(folder: StoreFolder, port: number): string {
  return `
bind 127.0.0.1
port ${port}
protected-mode yes
requirepass ${folder.password}
dir ${JSON.stringify(folder.path)}
daemonize no
save ""
appendonly no
maxmemory-policy noeviction
set-proc-title no
`.trimStart();
}

async function ping(url: string): Promise<void> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: 1000,
    commandTimeout: 1000,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
  });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    await redis.ping();
  } finally {
    redis.disconnect();
  }
}
