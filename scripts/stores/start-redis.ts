import { execFileSync } from 'node:child_process';
import { Redis } from 'ioredis';
import { derivePasswords } from './accounts/derive-passwords.ts';
import { REDIS_SERVICES, redisUsers, type RedisService } from './accounts/redis-users.ts';
import { onPort } from './free-port.ts';
import { ensureServer } from './install-servers.ts';
import { endStaleServer, noteServer } from './stale-server.ts';
import { spawnServer, untilReady, type RunningServer } from './server-process.ts';
import { openStoreFolder, type StoreFolder } from './store-folder.ts';

export type RedisOptions = {
  /** Holds the log and the password; Redis itself keeps nothing. */
  dataDir: string;
  /** On 127.0.0.1; a free one by default. */
  port?: number | undefined;
  /** Called when the server has to be installed first. */
  log?: (line: string) => void;
  /** More lines for its configuration, as on the command line: `['--maxmemory', '10mb']`. */
  extraArgs?: readonly string[];
  /** What the keys of the services begin with, as a pattern of Redis; `firstcome:` by default. */
  prefix?: string | undefined;
};

export type RunningRedis = RunningServer & {
  /** By service, with the user who has only the commands, keys and channels of that service. */
  urls: Readonly<Record<RedisService, string>>;
};

/**
 * Starts a private Redis (or Valkey) on 127.0.0.1, installing it first where that is possible, and resolves when it
 * answers. The user in `url` may do everything and is not for services; those have `urls`. It saves nothing: MySQL owns
 * every promise, and a Redis that came back with old data would only have to be emptied. Throws when there is no server, or
 * with its log when it does not start.
 */
export async function startRedis(options: RedisOptions): Promise<RunningRedis> {
  const { path } = await ensureServer('redis', options.log);
  const folder = openStoreFolder(options.dataDir);
  await endStaleServer(folder);
  const hasUsers = knowsSelectors(path);
  if (!hasUsers) options.log?.('this Redis is older than 7: its services share one account');
  return onPort(options.port, (port) => launch(path, folder, port, hasUsers, options));
}

/** Valkey, and Redis from 7 on; `v=7.0.15`. The rights of the services need them. */
function knowsSelectors(binary: string): boolean {
  const version = execFileSync(binary, ['--version'], { encoding: 'utf8', timeout: 10_000 });
  return Number(/v=(\d+)/.exec(version)?.[1] ?? 7) >= 7;
}

async function launch(
  binary: string,
  folder: StoreFolder,
  port: number,
  hasUsers: boolean,
  { extraArgs = [], prefix = 'firstcome:' }: RedisOptions,
): Promise<RunningRedis> {
  const logFile = folder.file('server.log');
  const passwords = derivePasswords(REDIS_SERVICES, folder.password);
  // A file, since every user of the machine can read a command line.
  const config = folder.writePrivate(
    'redis.conf',
    configuration(folder, port) + (hasUsers ? redisUsers({ passwords, prefix }) : ''),
  );
  const server = await spawnServer(binary, [config, ...extraArgs], logFile);
  noteServer(folder, server);
  const url = `redis://:${folder.password}@127.0.0.1:${port}`;
  await untilReady('Redis', server, () => ping(url), logFile);
  const urls = Object.fromEntries(
    REDIS_SERVICES.map((service) => [
      service,
      hasUsers ? `redis://${service}:${passwords[service]}@127.0.0.1:${port}` : url,
    ]),
  ) as Record<RedisService, string>;
  return { ...server, url, urls, port };
}

/** `set-proc-title no` keeps the configuration's path in the command line, by which a stale server is recognised. */
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
