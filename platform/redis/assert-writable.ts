import { randomUUID } from 'node:crypto';
import { UnfitStore } from '../store-condition.ts';
import type { Redis } from './types.ts';

const LIFETIME_MS = 10_000;

/**
 * For readiness: a server that responds to PING may accept no writes, and an account may lack the right to some keys.
 *
 * @param keys one of each kind that this process writes
 * @throws {UnfitStore} when the account may not write one of them; else the error of the first write, when the server refuses it or does not respond
 */
export async function assertWritable(redis: Redis, [first, ...others]: readonly string[]): Promise<void> {
  if (first === undefined) return;
  await write(redis, first);
  // In a cluster they are on other nodes, of which one that is down is no reason not to use the rest.
  await Promise.all(
    others.map((key) =>
      write(redis, key).catch((error: unknown) => {
        if (error instanceof UnfitStore) throw error;
      }),
    ),
  );
}

async function write(redis: Redis, key: string): Promise<void> {
  try {
    await redis.set(key, randomUUID(), 'PX', LIFETIME_MS);
  } catch (error) {
    if (error instanceof Error && /^NOPERM .*\bkeys?\b/.test(error.message))
      throw new UnfitStore(`The Redis account may not write keys such as ${key}.`);
    throw error;
  }
}
