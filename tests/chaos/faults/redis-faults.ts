import { mkdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { waitUntil } from '../../harness/wait-until.ts';
import type { ChaosSystem } from '../chaos-system.ts';
import { repeatedly, type Fault } from './fault.ts';

const BUSY =
  'Busy, or OutcomeUnknown if a script was in flight; 503 UNAVAILABLE from operations that need Redis';

/** More than a product has, so that it answers LOADING between two of them. */
const LOADED_KEYS = 500;
/** Microseconds. */
const LOADING_US = 6_000_000;

/** A setting of Redis by which it refuses commands. */
const refusal = (name: string, what: string, setting: string, value: string, usual: string): Fault => ({
  name,
  what,
  answer: 'Busy; 503 UNAVAILABLE with retryAfterMs from operations that write to Redis; not ready',
  async inject({ redis }) {
    await redis.command('CONFIG', 'SET', setting, value);
    return async () => void (await redis.command('CONFIG', 'SET', setting, usual));
  },
});

/** Every key with its content, as it was at one instant. */
async function copyKeys(system: ChaosSystem): Promise<() => Promise<void>> {
  return system.withRedis(async (redis) => {
    const keys = await redis.keys('*');
    const contents = await Promise.all(keys.map((key) => redis.dumpBuffer(key)));
    return () =>
      system.withRedis(async (target) => {
        const restore = target.multi().flushall();
        for (const [i, key] of keys.entries()) if (contents[i]) restore.restore(key, 0, contents[i]);
        await restore.exec();
      });
  });
}

export const REDIS_FAULTS: readonly Fault[] = [
  {
    name: 'redis-demoted',
    what: 'Redis is demoted, its connections stay open, and its name leads to the new primary',
    answer: BUSY,
    async inject({ redis }) {
      await redis.failOver();
      return async () => undefined;
    },
    lastsS: 0,
  },
  {
    name: 'redis-silent',
    what: 'all packets to Redis are dropped, and no connection is closed',
    answer: BUSY,
    async inject({ redis }) {
      redis.proxy.silence({ alsoNew: true });
      return async () => redis.proxy.passNew();
    },
    lastsS: 8,
  },
  {
    name: 'redis-read-only',
    what: 'Redis becomes a replica, at the same name (READONLY)',
    answer: BUSY,
    async inject({ redis }) {
      await redis.command('REPLICAOF', '127.0.0.1', '1');
      return async () => void (await redis.command('REPLICAOF', 'NO', 'ONE'));
    },
  },
  refusal('redis-oom', 'maxmemory is reached (OOM)', 'maxmemory', '1', '0'),
  refusal('redis-no-replicas', 'replicas are missing (NOREPLICAS)', 'min-replicas-to-write', '5', '0'),
  {
    name: 'redis-misconf',
    what: 'Redis cannot write its snapshot (MISCONF)',
    answer: 'Busy; 503 UNAVAILABLE with retryAfterMs from operations that write to Redis; not ready',
    async inject({ redis }) {
      // In place of the file, which Redis writes beside it and renames. A server that was a replica has one.
      const obstacle = join(redis.dataDir, 'dump.rdb');
      await rm(obstacle, { force: true });
      await mkdir(obstacle);
      await redis.command('CONFIG', 'SET', 'save', '3600 1000000');
      await redis.command('BGSAVE');
      await waitUntil('the snapshot to fail', async () =>
        String(await redis.command('INFO', 'persistence')).includes('rdb_last_bgsave_status:err'),
      );
      return async () => {
        await redis.command('CONFIG', 'SET', 'save', '');
        await rmdir(obstacle);
      };
    },
  },
  {
    name: 'redis-emptied',
    what: 'Redis loses all keys (FLUSHALL), four times',
    answer: 'Busy until the product is rebuilt',
    lastsS: 3,
    async inject({ redis }) {
      await redis.command('FLUSHALL');
      return repeatedly(900, () => redis.command('FLUSHALL'));
    },
  },
  {
    name: 'redis-older-same-server',
    what: 'an older copy of all keys is put back on the same server',
    answer: 'mostly Confirmed; Busy while a product is rebuilt; SoldOut of nothing that is left',
    async inject(system) {
      const putBack = await copyKeys(system);
      await sleep(3_000);
      await putBack();
      return async () => undefined;
    },
    lastsS: 0,
  },
  {
    name: 'redis-older-new-server',
    what: 'Redis is killed and comes back with data of seconds before',
    answer: BUSY,
    async inject({ redis }) {
      await redis.command('SAVE');
      await sleep(2_000);
      await redis.kill();
      return () => redis.startAgain({ older: true });
    },
    lastsS: 2,
  },
  {
    name: 'redis-loading',
    what: 'Redis is killed, comes back with data of seconds before, and loads them for seconds (LOADING)',
    answer: BUSY,
    lastsS: 6,
    async inject(system) {
      const { redis } = system;
      await system.withRedis(async (client) => {
        const fill = client.multi();
        for (let i = 0; i < LOADED_KEYS; i++) fill.set(`chaos-filler:${i}`, 'x'.repeat(2_000));
        await fill.exec();
      });
      await redis.command('SAVE');
      await redis.kill();
      const started = redis.startAgain({ older: true, perKeyUs: LOADING_US / LOADED_KEYS });
      return () => started;
    },
  },
  {
    name: 'redis-killed',
    what: 'Redis is killed and comes back empty',
    answer: BUSY,
    async inject({ redis }) {
      await redis.kill();
      return () => redis.startAgain();
    },
  },
  {
    name: 'redis-frozen',
    what: 'Redis is frozen (SIGSTOP)',
    answer: BUSY,
    lastsS: 8,
    async inject({ redis }) {
      redis.primary.signal('SIGSTOP');
      return async () => redis.primary.signal('SIGCONT');
    },
  },
  {
    name: 'redis-without-rights',
    what: 'the account of the order service may run no script (ACL)',
    answer: 'Busy; not ready',
    async inject({ redis }) {
      const change = (...rules: string[]) => redis.command('ACL', 'SETUSER', 'order', ...rules);
      await change('-eval', '-evalsha');
      return async () => void (await change('+eval', '+evalsha'));
    },
  },
  {
    name: 'redis-connections-killed',
    what: 'all connections to Redis are killed, repeatedly',
    answer: 'Confirmed; Busy or OutcomeUnknown for what was in flight',
    async inject({ redis }) {
      const kill = async () => {
        await redis.command('CLIENT', 'KILL', 'TYPE', 'normal');
        await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
      };
      await kill();
      return repeatedly(500, kill);
    },
  },
  {
    name: 'redis-replies-lost',
    what: 'the reply of a script is lost, repeatedly',
    answer: 'OutcomeUnknown for what was in flight, then Confirmed by a retry',
    async inject({ redis }) {
      return repeatedly(200, () => redis.proxy.nextWith('evalsha', 'loseReply'));
    },
  },
];
