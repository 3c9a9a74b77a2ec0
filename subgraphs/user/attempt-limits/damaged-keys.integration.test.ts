import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../../platform/logger.ts';
import { connectRedis, type Redis } from '../../../platform/redis/client.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import {
  CHANGE_PASSWORD,
  profileOf,
  REQUEST_RESET,
  REQUEST_VERIFICATION,
  RESET_PASSWORD,
  SIGN_IN,
  SIGN_OUT,
  SIGN_UP,
  signUpAs,
} from '../testing/operations.ts';
import { callerBy, startForTest, type SubgraphUnderTest } from '../testing/subgraph-under-test.ts';

const stores = useStores();
const ADDRESS = '203.0.113.40';
const { password } = profileOf('');
let subgraph: SubgraphUnderTest;
let redis: Redis;

beforeAll(async () => {
  subgraph = await startForTest(stores);
  redis = await connectRedis({ url: stores.redisUrl, logger: createLogger('test', 'silent') });
});
afterAll(async () => {
  redis.disconnect();
  await subgraph.stop();
});

const signIn = (email: string, secret = password, address = ADDRESS) =>
  subgraph.request(SIGN_IN, { input: { email, password: secret } }, null, address);

/** Each operation that reads a key of the user service in Redis. Those that fail leave counters and codes behind. */
async function sendAll(email: string): Promise<void> {
  const { user, accessToken } = await signUpAs(subgraph, email, ADDRESS);
  const caller = callerBy(accessToken);
  const codes = { verificationCode: '000000' };
  const answers = [
    await signIn(email),
    await signIn(email, 'a wrong password'),
    await subgraph.request(REQUEST_VERIFICATION, { input: { email } }, null, ADDRESS),
    await subgraph.request(SIGN_UP, { input: { ...profileOf(`new-${email}`), ...codes } }, null, ADDRESS),
    await subgraph.request(REQUEST_RESET, { input: { email } }, null, ADDRESS),
    await subgraph.request(
      RESET_PASSWORD,
      { input: { email, resetCode: 'AAAA-BBBB-CCCC', newPassword: password } },
      null,
      ADDRESS,
    ),
    await subgraph.request(
      CHANGE_PASSWORD,
      { input: { currentPassword: 'a wrong password', newPassword: `${password}!` } },
      caller,
      ADDRESS,
    ),
    await subgraph.request(SIGN_OUT, {}, caller, ADDRESS),
  ];
  for (const answer of answers) expect(answer.errors).toBeUndefined();
  expect(user.email).toBe(email);
}

type Damage = (key: string, type: string) => Promise<unknown>;

const inEachField =
  (value: string): Damage =>
  async (key, type) => {
    if (type === 'string') return redis.set(key, value, 'KEEPTTL');
    for (const field of await redis.hkeys(key)) await redis.hset(key, field, value);
    return redis.hset(key, 'claim', value);
  };

const DAMAGES: [string, Damage][] = [
  ['of another type', (key) => redis.multi().del(key).rpush(key, 'garbage').exec()],
  [
    'a string or a hash, whichever it is not',
    (key, type) =>
      type === 'string' ? redis.multi().del(key).hset(key, 'a', 'b').exec() : redis.set(key, 'garbage'),
  ],
  ['garbage', inEachField('{garbage')],
  ['empty', inEachField('')],
  ['a number that is too large', inEachField('9'.repeat(400))],
  ['negative', inEachField('-5')],
  ['no whole number', inEachField('1.5')],
  ['in the future', inEachField('99999999999999 99999999999999 99999999999999')],
  [
    'without an end, and at a limit',
    async (key, type) => {
      if (type === 'string') await redis.set(key, '1000');
      await redis.persist(key);
    },
  ],
  [
    'with an end that is too late, and at a limit',
    async (key, type) => {
      if (type === 'string') await redis.set(key, '1000');
      await redis.expire(key, 8_640_000);
    },
  ],
];

describe.each(DAMAGES)('when each key of the user service is %s', (what, damage) => {
  it('no operation fails, and each has the answer that it has without the keys', async () => {
    const email = `buyer-${DAMAGES.findIndex(([name]) => name === what)}@example.com`;
    await sendAll(email);
    const keys = await redis.keys(`${stores.redisPrefix}*`);
    for (const kind of ['attempts:', 'known-networks:', 'verification:'])
      expect(keys.some((key) => key.includes(kind))).toBe(true);
    for (const key of keys) await damage(key, await redis.type(key));

    const { data, errors } = await signIn(email);
    expect(errors).toBeUndefined();
    expect(data!['signIn']).toMatchObject({ __typename: 'Session' });
    await sendAll(`again-${email}`);
  });
});

describe('a damaged counter', () => {
  it('counts again from its repair on', async () => {
    for (let i = 0; i < 3; i++) await signIn('guessed@example.com', 'a wrong password', '203.0.113.41');
    for (const key of await redis.keys(`${stores.redisPrefix}attempts:sign-in:*`))
      await redis.set(key, 'garbage', 'KEEPTTL');
    let allowed = 0;
    for (let i = 0; i < 15; i++) {
      const { data } = await signIn('guessed@example.com', 'a wrong password', '203.0.113.41');
      if (data!['signIn']!.__typename !== 'TooManyAttempts') allowed++;
    }
    expect(allowed).toBe(10);
    for (const key of await redis.keys(`${stores.redisPrefix}attempts:sign-in:*`))
      expect(await redis.pttl(key)).toBeGreaterThan(0);
  });
});
