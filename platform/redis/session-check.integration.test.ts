import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { useOwnRedis } from '../../tests/harness/own-redis.ts';
import { useRedisCluster } from '../../tests/harness/redis-cluster.ts';
import { useStores } from '../../tests/harness/stores.ts';
import { waitUntil } from '../../tests/harness/wait-until.ts';
import { createLogger } from '../logger.ts';
import { UnfitStore } from '../store-condition.ts';
import { connectRedis } from './client.ts';
import { assertRedisUsable, redisProblem } from './condition.ts';
import { createLockClient } from './lock.ts';

const RECOVERY_MS = 10_000;
/** Every session is checked each 1.5 s. */
const CHECKED_WITHIN_MS = 3_000;
const logger = createLogger('test', 'silent');
const direct = useStores();
const { redis: server } = useOwnRedis(direct);
const { cluster } = useRedisCluster(direct);

function administrator(): Redis {
  const admin = new Redis(server.url);
  onTestFinished(() => admin.disconnect());
  return admin;
}

/** An account that may do everything but these. */
async function accountWithout(rights: string): Promise<string> {
  const admin = administrator();
  await admin.call(
    'ACL',
    'SETUSER',
    'narrow',
    'reset',
    'on',
    '>secret',
    '~*',
    '&*',
    '+@all',
    ...rights.split(' '),
  );
  return Object.assign(new URL(server.url), { username: 'narrow', password: 'secret' }).href;
}

describe('a server on which the promises would not hold is refused at the start, with one sentence', () => {
  it.each([
    [
      'that evicts keys',
      ['CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru'],
      ['CONFIG', 'SET', 'maxmemory-policy', 'noeviction'],
      'The Redis server evicts keys: maxmemory-policy must be noeviction, it is allkeys-lru.',
    ],
    [
      'that is a replica',
      ['REPLICAOF', '127.0.0.1', '9'],
      ['REPLICAOF', 'NO', 'ONE'],
      'The Redis server is a replica, which takes no writes: REDIS_URL must lead to its primary.',
    ],
  ])('%s', async (_what, spoil, mend, sentence) => {
    const admin = administrator();
    await admin.call(...(spoil as [string, ...string[]]));
    await expect(connectRedis({ url: server.url, logger })).rejects.toThrow(new UnfitStore(sentence));
    await admin.call(...(mend as [string, ...string[]]));
    (await connectRedis({ url: server.url, logger })).disconnect();
  });

  it('that is a node of a cluster, by the URL of one server', async () => {
    const [node] = cluster.url.split(',');
    await expect(connectRedis({ url: node!, logger }, 10_000)).rejects.toThrow(
      new UnfitStore(
        'The Redis server is a node of a cluster: REDIS_URL must begin with redis+cluster://, or rediss+cluster://.',
      ),
    );
  });

  it('that has no database of that number', async () => {
    await expect(connectRedis({ url: `${server.url}/99`, logger }, 10_000)).rejects.toThrow(
      new UnfitStore('The Redis server has no database 99, which REDIS_URL names.'),
    );
    const redis = await connectRedis({ url: `${server.url}/3`, logger });
    onTestFinished(() => redis.disconnect());
    await redis.set('in-three', '1');
    expect(await administrator().exists('in-three')).toBe(0);
  });

  it('whose account may not select the database', async () => {
    const url = await accountWithout('-select');
    await expect(connectRedis({ url: `${url}/1`, logger }, 10_000)).rejects.toThrow(
      new UnfitStore('The Redis account may not run SELECT, which database 1 of REDIS_URL needs.'),
    );
  });

  it('whose account may not run INFO', async () => {
    const url = await accountWithout('-info');
    await expect(connectRedis({ url, logger })).rejects.toThrow('The Redis account may not run INFO.');
  });
});

it.each([
  ['-eval', 'The Redis account may not run scripts: EVAL is refused.'],
  ['-get -del', 'The Redis account may not run GET, DEL, which this process needs.'],
])('scripts that the account may not run (%s) make it unfit, until it may', async (rights, sentence) => {
  const redis = await connectRedis({ url: await accountWithout(rights), logger });
  onTestFinished(() => redis.disconnect());
  expect(redisProblem(redis)).toBeNull();
  createLockClient(redis);
  const problem = await waitUntil('the check', () => redisProblem(redis));
  expect(problem!.message).toBe(sentence);
  await expect(assertRedisUsable(redis)).rejects.toThrow(problem!);

  await accountWithout('+@all');
  await waitUntil('the account to be used again', () => redisProblem(redis) === null, Boolean, RECOVERY_MS);
  await waitUntil('readiness', () =>
    assertRedisUsable(redis).then(
      () => true,
      () => false,
    ),
  );
});

it('each new session is checked, also after a restart, and used once the server is right again', async () => {
  const redis = await connectRedis({ url: server.url, logger });
  onTestFinished(() => redis.disconnect());
  const admin = administrator();
  await admin.config('SET', 'maxmemory-policy', 'allkeys-lru');
  await admin.client('KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
  await waitUntil('the check', () => redisProblem(redis), Boolean, RECOVERY_MS);
  await expect(redis.set('key', 'value')).rejects.toThrow();
  await admin.config('SET', 'maxmemory-policy', 'noeviction');
  await waitUntil('an answer', () => redis.set('key', 'value').catch(() => null), Boolean, RECOVERY_MS);
  expect(redisProblem(redis)).toBeNull();
});

it('readiness finds what has changed under a session', async () => {
  const redis = await connectRedis({ url: server.url, logger });
  onTestFinished(() => redis.disconnect());
  const admin = administrator();
  await assertRedisUsable(redis);
  await admin.config('SET', 'maxmemory-policy', 'allkeys-lru');
  await expect(assertRedisUsable(redis)).rejects.toThrow(UnfitStore);
  await admin.config('SET', 'maxmemory-policy', 'noeviction');
  await waitUntil(
    'readiness',
    () =>
      assertRedisUsable(redis).then(
        () => true,
        () => false,
      ),
    Boolean,
    RECOVERY_MS,
  );
});

it.each([
  ['-hset', '+hset', 'The Redis account may not run HSET, which this process needs.'],
  ['-publish', '+publish', 'The Redis account may not run PUBLISH, which this process needs.'],
  ['-unlink', '+unlink', 'The Redis account may not run UNLINK, which this process needs.'],
  ['resetkeys', '~*', 'The Redis account may not write keys such as written:1.'],
])(
  'what is taken from the account under a session (%s) is found without readiness',
  async (taken, given, sentence) => {
    const needs = { commands: ['hset', 'publish', 'unlink'], writeKeys: ['written:1'] };
    const redis = await connectRedis({ url: await accountWithout('+@all'), needs, logger });
    onTestFinished(() => redis.disconnect());
    await assertRedisUsable(redis);
    const admin = administrator();
    await admin.call('ACL', 'SETUSER', 'narrow', taken);
    const problem = await waitUntil('the check', () => redisProblem(redis), Boolean, CHECKED_WITHIN_MS);
    expect(problem!.message).toBe(sentence);
    await admin.call('ACL', 'SETUSER', 'narrow', given);
    await waitUntil('the account to be used again', () => redisProblem(redis) === null, Boolean, RECOVERY_MS);
  },
);

it('a policy that is set under a session is found without readiness', async () => {
  const redis = await connectRedis({ url: server.url, logger });
  onTestFinished(() => redis.disconnect());
  const admin = administrator();
  await admin.config('SET', 'maxmemory-policy', 'allkeys-lru');
  await waitUntil('the check', () => redisProblem(redis), Boolean, CHECKED_WITHIN_MS);
  await admin.config('SET', 'maxmemory-policy', 'noeviction');
  await waitUntil('the server to be used again', () => redisProblem(redis) === null, Boolean, RECOVERY_MS);
});

it('a cluster is unfit while one of its nodes is', async () => {
  const redis = await connectRedis({ url: cluster.url, logger });
  onTestFinished(() => redis.disconnect());
  await assertRedisUsable(redis);
  const node = cluster.connect(1);
  onTestFinished(() => node.disconnect());
  await node.config('SET', 'maxmemory-policy', 'allkeys-lru');
  await node.client('KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
  await waitUntil('the check', async () => {
    await redis.set('{1}', 'a').catch(() => null);
    await redis.set('{2}', 'a').catch(() => null);
    await redis.set('{3}', 'a').catch(() => null);
    return redisProblem(redis);
  });
  await node.config('SET', 'maxmemory-policy', 'noeviction');
  await waitUntil('the cluster to be used again', () => redisProblem(redis) === null, Boolean, RECOVERY_MS);
});
