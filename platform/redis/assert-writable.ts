import { randomUUID } from 'node:crypto';
import type { Redis } from './client.ts';

const LIFETIME_MS = 10_000;

/**
 * For readiness: a server that answers PING may take no writes.
 *
 * @param key may be written by this process's account
 * @throws when it does not answer, or refuses a write
 */
export async function assertWritable(redis: Redis, key: string): Promise<void> {
  await redis.set(key, randomUUID(), 'PX', LIFETIME_MS);
}
