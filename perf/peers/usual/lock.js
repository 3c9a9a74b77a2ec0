import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';

const redis = new Redis(process.env.REDIS_URL);
const LIFETIME_MS = 10_000;
const RETRY_MS = 10;
const DELETE_OWN = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`;

/** Runs `work` while this process has the lock; tries until it has it. */
export async function withLock(name, work) {
  const owner = randomUUID();
  while ((await redis.set(name, owner, 'PX', LIFETIME_MS, 'NX')) === null) await sleep(RETRY_MS);
  try {
    return await work();
  } finally {
    await redis.eval(DELETE_OWN, 1, name, owner);
  }
}
