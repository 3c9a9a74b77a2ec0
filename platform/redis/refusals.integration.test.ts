import { rm } from 'node:fs/promises';
import { Redis as Admin } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { OwnRedis } from '../../tests/harness/own-redis.ts';
import { waitUntil } from '../../tests/harness/wait-until.ts';
import { createLogger } from '../logger.ts';
import { connectRedis, hasNotRun, type Redis } from './client.ts';
import { redisRefusal } from './refusals.ts';

const server = new OwnRedis();
let admin: Admin;
let redis: Redis;

beforeAll(async () => {
  await server.start();
  admin = new Admin(server.url);
});
// A new one each time: its first periodic check comes after the script of the test.
beforeEach(async () => {
  redis = await connectRedis({ url: server.url, logger: createLogger('test', 'silent') });
});
afterEach(() => redis.disconnect());
afterAll(async () => {
  admin.disconnect();
  await server.stop();
});

const set = async (name: string, value: string) => {
  await admin.config('SET', name, value);
};

/** Reads, writes twice, and counts how often it was begun. */
const SCRIPT =
  "redis.call('GET', KEYS[1]) redis.call('SET', KEYS[1], 'first') redis.call('SET', KEYS[1], 'second')";

async function callsOfScript(): Promise<number> {
  const stats = await admin.info('commandstats');
  return Number(/cmdstat_eval:calls=(\d+)/.exec(stats)?.[1] ?? 0);
}

/** @param mend makes the server accept it again */
async function expectRefusedOnce(mend: () => Promise<unknown>): Promise<void> {
  const before = await callsOfScript();
  const error = await redis.eval(SCRIPT, 1, 'key').then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(redisRefusal(error)).not.toBeNull();
  expect(hasNotRun(error)).toBe(true);
  expect(await admin.get('key').catch(() => null)).toBeNull();
  await mend();
  await expectUsableAgain();
  expect((await callsOfScript()) - before).toBe(1);
}

async function expectUsableAgain(): Promise<void> {
  await waitUntil('a write', () =>
    redis.set('probe', 'value').then(
      () => true,
      () => false,
    ),
  );
}

const idOf = (client: Redis) => (client as Admin).client('ID');

describe('a script that a real server refuses has changed nothing, and is not sent again', () => {
  it.each([
    ['the memory is full', 'maxmemory', '1', '0'],
    ['replicas are missing', 'min-replicas-to-write', '3', '0'],
  ])('when %s; the connection stays', async (_why, setting, value, usual) => {
    const id = await idOf(redis);
    await set(setting, value);
    await expectRefusedOnce(() => set(setting, usual));
    expect(await idOf(redis)).toBe(id);
  });

  it('when the disk takes no snapshot', async () => {
    const [, folder] = (await admin.config('GET', 'dir')) as [string, string];
    await set('save', '3600 1');
    await rm(folder, { recursive: true });
    await admin.call('BGSAVE');
    await waitUntil('the snapshot to fail', async () =>
      (await admin.info('persistence')).includes('rdb_last_bgsave_status:err'),
    );
    await expectRefusedOnce(() => set('save', ''));
  });

  it.each([
    ['it has become a replica', async () => undefined],
    [
      'it has become a replica that answers nothing without its primary',
      () => set('replica-serve-stale-data', 'no'),
    ],
  ])(
    'when %s; the connection is ended, so that the next one goes where the name leads',
    async (_why, also) => {
      const id = await idOf(redis);
      await also();
      await admin.call('REPLICAOF', '127.0.0.1', '1');
      await expectRefusedOnce(async () => {
        await admin.call('REPLICAOF', 'NO', 'ONE');
        await set('replica-serve-stale-data', 'yes');
      });
      expect(await idOf(redis)).not.toBe(id);
    },
  );

  it('when a script of another caller runs for too long', async () => {
    const other = new Admin(server.url);
    await set('lua-time-limit', '10');
    const endless = other.eval('while true do end', 0).catch(() => null);
    await waitUntil('the server to be busy', () =>
      admin.get('probe').then(
        () => false,
        () => true,
      ),
    );
    const error: unknown = await redis.eval(SCRIPT, 1, 'key').catch((reason: unknown) => reason);
    await admin.script('KILL' as never);
    await endless;
    other.disconnect();
    expect(hasNotRun(error)).toBe(true);
    expect(await admin.get('key')).toBeNull();
    await expectUsableAgain();
  });
});

it('a script that lacks a right for a command in it may have run up to there', async () => {
  await admin.call(
    'ACL',
    'SETUSER',
    'narrow',
    'reset',
    'on',
    '>narrow',
    '~*',
    '+eval',
    '+set',
    '+info',
    '+ping',
  );
  const url = Object.assign(new URL(server.url), { username: 'narrow', password: 'narrow' }).href;
  const narrow = await connectRedis({ url, logger: createLogger('test', 'silent') });
  const error: unknown = await narrow
    .eval("redis.call('SET', KEYS[1], 'first') redis.call('ZADD', KEYS[1], 1, 'x')", 1, 'half')
    .catch((reason: unknown) => reason);
  narrow.disconnect();
  expect(await admin.get('half')).toBe('first');
  expect(redisRefusal(error)).not.toBeNull();
  expect(hasNotRun(error)).toBe(false);
});
