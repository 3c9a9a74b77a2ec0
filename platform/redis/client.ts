import { Redis } from 'ioredis';
import { ConfigurationError } from '../config/environment.ts';
import type { Logger } from '../logger.ts';

export type { Redis };

export interface RedisOptions {
  readonly url: string;
  /** After this a command counts as unanswered, in milliseconds. It may still run. */
  readonly commandTimeoutMs?: number;
  readonly logger: Logger;
}

/**
 * A connection to Redis that never sends a command twice. By default ioredis resends what was in flight when a
 * connection broke, and queues what is asked meanwhile: a script whose reply was lost would run again, after its caller
 * was told that it failed. Here a command is answered, or fails at once and is *unknown*.
 *
 * @throws {ConfigurationError} when the server evicts keys
 */
export async function connectRedis(options: RedisOptions): Promise<Redis> {
  const redis = new Redis(options.url, {
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    commandTimeout: options.commandTimeoutMs ?? 2_000,
    connectTimeout: 2_000,
    retryStrategy: (attempt) => Math.min(20 * 2 ** attempt, 500) * (0.5 + Math.random()),
    lazyConnect: true,
  });
  redis.on('error', (error: Error) => options.logger.warn({ err: error }, 'redis connection'));
  try {
    await redis.connect();
    await assertNothingIsEvicted(redis);
    return redis;
  } catch (error) {
    redis.disconnect();
    throw error;
  }
}

/** The command never left this process: it has not happened and will not. */
export const wasNotSent = (error: unknown): boolean =>
  error instanceof Error && error.message.startsWith("Stream isn't writeable");

async function assertNothingIsEvicted(redis: Redis): Promise<void> {
  const policy = await evictionPolicy(redis);
  if (policy !== null && policy !== 'noeviction') {
    throw new ConfigurationError(
      `The Redis server evicts keys: maxmemory-policy must be noeviction, it is ${policy}.`,
    );
  }
}

/** @returns null where a managed Redis does not let us ask */
async function evictionPolicy(redis: Redis): Promise<string | null> {
  const memory = await redis.info('memory').catch(() => '');
  return /^maxmemory_policy:(\S+)/m.exec(memory)?.[1] ?? null;
}
