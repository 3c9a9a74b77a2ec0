import { Cluster, type CommonRedisOptions } from 'ioredis';
import { ConfigurationError } from '../config/environment.ts';
import { waitForStore, type AwaitedStore } from '../lifecycle/wait-for-store.ts';
import type { Logger } from '../logger.ts';
import { redisProblem, watchCondition, type RedisNeeds } from './condition.ts';
import { endSilentConnections } from './heartbeat.ts';
import { explainUnreachable } from './explain-unreachable.ts';
import { newClient } from './new-client.ts';
import { redisOutage } from './outage.ts';
import { parseRedisUrl, redisHosts } from './redis-url.ts';
import { endsConnection, isUserRefused, redisRefusal } from './refusals.ts';
import { assertRedisTls } from './tls-check.ts';
import type { Redis } from './types.ts';

export type { Redis };

export interface RedisOptions {
  /** As `parseRedisUrl` reads it: one server, some nodes of a cluster, or Sentinels. */
  readonly url: string;
  /** After this a command counts as unanswered, in milliseconds. It may still run. */
  readonly commandTimeoutMs?: number;
  readonly needs?: RedisNeeds;
  readonly logger: Logger;
}

/**
 * A connection to Redis that never sends a command twice. By default ioredis resends what was in flight when a
 * connection broke, and queues commands meanwhile: a script whose reply was lost would run again, after its caller had received an
 * error. Here a command gets its reply, or fails at once and its outcome is *unknown*.
 *
 * It connects by itself, and again for as long as the process lives; a server that falls silent is left within five seconds.
 */
export function openRedis({ url, commandTimeoutMs = 2_000, needs, logger }: RedisOptions): Redis {
  const retryStrategy = (attempt: number) => Math.min(20 * 2 ** attempt, 500) * (0.5 + Math.random());
  const common: CommonRedisOptions = {
    maxRetriesPerRequest: 0,
    commandTimeout: commandTimeoutMs,
    connectTimeout: 2_000,
    reconnectOnError: endsConnection,
  };
  const redis = newClient(parseRedisUrl(url), { common, retryStrategy });
  const outage = redisOutage(url, logger);
  redis.on('error', (error: Error) => outage.failed(error, redis));
  redis.on('ready', () => outage.worked(redis));
  redis.on('end', () => outage.forget(redis));
  endSilentConnections(redis);
  watchCondition(redis, logger, needs);
  return redis;
}

/**
 * As `openRedis`, once it is connected.
 *
 * @param waitMs how long to wait for a server that is not there, in milliseconds; 0: not at all
 * @throws {ConfigurationError} when TLS or the user is refused; `UnfitStore` when the server does not meet `server-needs.ts`
 * @throws {StoreAbsent} when it is not there in time
 */
export function connectRedis(options: RedisOptions, waitMs = 0): Promise<Redis> {
  return waitForStore(
    awaitedRedis(options, waitMs),
    () => connectOnce(options),
    () => true,
  );
}

/**
 * Connects what `openRedis` has opened, and waits for it.
 *
 * @param waitMs how long to wait for a server that is not there, in milliseconds; 0: not at all, it connects in the background
 * @throws {ConfigurationError} when TLS is refused
 * @throws {StoreAbsent} when it is not there in time; then it is closed
 */
export async function untilConnected(redis: Redis, options: RedisOptions, waitMs: number): Promise<void> {
  await assertRedisTls(options.url);
  const errors = lastErrorOf(redis);
  redis.connect().catch(() => undefined);
  const ping = async () => {
    await redis.ping().catch((error: unknown) => {
      throw errors.last ?? (wasNotSent(error) ? new Error('it does not answer') : error);
    });
  };
  try {
    if (waitMs > 0) await waitForStore(awaitedRedis(options, waitMs), ping, () => true);
  } catch (error) {
    redis.disconnect();
    throw error;
  } finally {
    errors.stop();
  }
}

const awaitedRedis = ({ url, logger }: RedisOptions, waitMs: number): AwaitedStore => ({
  store: 'Redis',
  setting: 'REDIS_URL',
  host: redisHosts(url),
  waitMs,
  logger,
});

/** What the client reports while it connects: `connect` and the commands reject with less than the reason. */
function lastErrorOf(redis: Redis): { readonly last: unknown; stop(): void } {
  let last: unknown;
  const note = (error: unknown) => {
    last = error;
  };
  redis.on('error', note);
  return {
    get last() {
      return last;
    },
    stop: () => void redis.off('error', note),
  };
}

/** A client of Sentinels retries until one responds, with an error each time; at the start the first error is enough. */
async function firstConnection(redis: Redis): Promise<void> {
  const unanswered = new Promise<never>((_, reject) => {
    redis.on('error', (error: Error) => {
      if (/^All sentinels/.test(error.message)) reject(error);
    });
  });
  await Promise.race([redis.connect(), unanswered]);
}

async function connectOnce(options: RedisOptions): Promise<Redis> {
  await assertRedisTls(options.url);
  const redis = openRedis(options);
  const errors = lastErrorOf(redis);
  try {
    await firstConnection(redis);
    return redis;
  } catch (error) {
    redis.disconnect();
    if (isUserRefused(errors.last))
      throw new ConfigurationError('Redis does not accept the user and password in REDIS_URL.');
    throw redisProblem(redis) ?? explainUnreachable(errors.last ?? error, parseRedisUrl(options.url));
  } finally {
    errors.stop();
  }
}

/** The values of keys, null for each that is not there. In a cluster they may be on different nodes. */
export function getMany(redis: Redis, keys: readonly string[]): Promise<(string | null)[]> {
  if (redis instanceof Cluster) return Promise.all(keys.map((key) => redis.get(key)));
  return redis.mget([...keys]);
}

/** The command never left this process: it has not happened and will not. */
export const wasNotSent = (error: unknown): boolean =>
  error instanceof Error &&
  /^(Stream isn't writeable|Cluster isn't ready|None of startup nodes is available|Failed to refresh slots cache)/.test(
    error.message,
  );

/** The command, which may be a script, has changed nothing and will not: it was not sent, or was refused. */
export const hasNotRun = (error: unknown): boolean =>
  wasNotSent(error) || redisRefusal(error)?.mayHaveRun === false;

/** The command was sent, or may have been, and no reply came: it may have run. */
export const wasNotAnswered = (error: unknown): boolean =>
  error instanceof Error &&
  /^(Command timed out|Connection is closed|Reached the max retries per request limit)/.test(error.message);
