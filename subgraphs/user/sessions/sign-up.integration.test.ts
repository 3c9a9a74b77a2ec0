import { Redis } from 'ioredis';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useStores } from '../../../tests/harness/stores.ts';
import { mailedCode, profileOf, REQUEST_VERIFICATION, SIGN_UP, signUpAs } from '../testing/operations.ts';
import { startForTest, type SubgraphUnderTest } from '../testing/subgraph-under-test.ts';

const stores = useStores();
let subgraph: SubgraphUnderTest;

beforeAll(async () => {
  subgraph = await startForTest(stores);
});

afterAll(async () => {
  await subgraph.stop();
});

async function signUp(input: object) {
  const { data } = await subgraph.request(SIGN_UP, { input });
  return data!['signUp']!;
}

async function requestVerification(email: string) {
  const { data } = await subgraph.request(REQUEST_VERIFICATION, { input: { email } });
  return data!['requestEmailVerification']!;
}

async function storedAccounts() {
  const connection = await createConnection(`${stores.mysqlUrl}_user`);
  const [rows] = await connection.query<RowDataPacket[]>('SELECT * FROM account');
  await connection.end();
  return rows;
}

const another = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0');

describe('signing up', () => {
  test('the mailed code opens an account and a session, for the address in any spelling', async () => {
    const code = await mailedCode(subgraph, 'ada@example.com');
    const answer = await signUp({ ...profileOf(' Ada@Example.COM '), verificationCode: code });
    expect(answer).toMatchObject({
      __typename: 'Session',
      user: {
        role: 'USER',
        email: 'ada@example.com',
        name: 'Ada Lovelace',
        phoneNumber: '+44 20 7946 0000',
        address: { postalCode: 'W1J 7NT', line1: '12 St James’s Square', line2: null },
      },
    });
  });

  test('a code works once', async () => {
    const code = await mailedCode(subgraph, 'once@example.com');
    const input = { ...profileOf('once@example.com'), verificationCode: code };
    const answers = await Promise.all([signUp(input), signUp(input), signUp(input)]);
    expect(answers.map(({ __typename }) => __typename).sort()).toEqual([
      'InvalidVerificationCode',
      'InvalidVerificationCode',
      'Session',
    ]);
  });

  test('a wrong code is refused and leaves the right one usable; five wrong ones end it', async () => {
    const [patient, impatient] = ['patient@example.com', 'impatient@example.com'];
    for (const [email, wrongTries, outcome] of [
      [patient, 4, 'Session'],
      [impatient, 5, 'InvalidVerificationCode'],
    ] as const) {
      const code = await mailedCode(subgraph, email);
      for (let attempt = 0; attempt < wrongTries; attempt++) {
        const refusal = await signUp({ ...profileOf(email), verificationCode: another(code) });
        expect(refusal.__typename).toBe('InvalidVerificationCode');
      }
      expect(await signUp({ ...profileOf(email), verificationCode: code })).toMatchObject({
        __typename: outcome,
      });
    }
  });

  test('a code expires after five minutes, and the response contains when', async () => {
    const redis = new Redis(stores.redisUrl);
    const { expiresAt } = await requestVerification('late@example.com');
    const [key] = (await codeKeys(redis)).sort();
    const left = await redis.pttl(key!);
    expect(left).toBeGreaterThan(290_000);
    expect(left).toBeLessThanOrEqual(300_000);
    expect(Math.abs(Date.parse(expiresAt as string) - Date.now() - 300_000)).toBeLessThan(5_000);

    const code = await mailedCode(subgraph, 'late@example.com');
    const keys = await codeKeys(redis);
    for (const live of keys) await redis.pexpire(live, 0);
    const answer = await signUp({ ...profileOf('late@example.com'), verificationCode: code });
    expect(answer.__typename).toBe('InvalidVerificationCode');
    await redis.quit();
  });

  test('a code proves one mailbox only', async () => {
    const code = await mailedCode(subgraph, 'mine@example.com');
    const answer = await signUp({ ...profileOf('yours@example.com'), verificationCode: code });
    expect(answer.__typename).toBe('InvalidVerificationCode');
  });

  test('every problem of the input is named, nothing is written, and the code stays good', async () => {
    const email = 'typo@example.com';
    const code = await mailedCode(subgraph, email);
    const before = (await storedAccounts()).length;
    const answer = await signUp({
      email: 'typo at example.com',
      verificationCode: code,
      password: 'too short',
      name: ' ',
      phoneNumber: 'call me',
      address: { postalCode: '1'.repeat(21), line1: '', line2: 'x'.repeat(201) },
    });
    expect(answer.__typename).toBe('InvalidInput');
    const problems = answer['problems'] as { path: string }[];
    expect(problems.map(({ path }) => path).sort()).toEqual(
      [
        'address.line1',
        'address.line2',
        'address.postalCode',
        'email',
        'name',
        'password',
        'phoneNumber',
      ].sort(),
    );
    expect(await storedAccounts()).toHaveLength(before);

    const weak = await signUp({ ...profileOf(email), password: 'x'.repeat(9), verificationCode: code });
    expect(weak.__typename).toBe('InvalidInput');
    expect((await signUp({ ...profileOf(email), verificationCode: code })).__typename).toBe('Session');
  });
});

describe('a registered address', () => {
  const email = 'known@example.com';

  beforeAll(async () => {
    await signUpAs(subgraph, email);
  });

  test('a request for a code has the same response as for any other; only the mail differs', async () => {
    const [known, unknown] = [
      await requestVerification(email),
      await requestVerification('unknown@example.com'),
    ];
    expect(Object.keys(known)).toEqual(Object.keys(unknown));
    expect(known.__typename).toBe('VerificationRequested');
    expect((await subgraph.mailsTo(email)).at(-1)).toContain('has one already');
    expect((await subgraph.mailsTo('unknown@example.com')).at(-1)).not.toContain('already');
  });

  test('is not shown to a client that did not prove the mailbox', async () => {
    const answer = await signUp({ ...profileOf(email), verificationCode: '000000' });
    expect(answer.__typename).toBe('InvalidVerificationCode');
  });

  test('is shown to one that did, and the account is unchanged', async () => {
    const before = await storedAccounts();
    const code = await mailedCode(subgraph, email);
    const answer = await signUp({ ...profileOf(email), name: 'Another', verificationCode: code });
    expect(answer.__typename).toBe('EmailAlreadyRegistered');
    expect(await storedAccounts()).toEqual(before);
  });
});

test('requests for codes are limited', async () => {
  const answers = [];
  for (let attempt = 0; attempt < 6; attempt++) answers.push(await requestVerification('often@example.com'));
  expect(answers.slice(0, 5).every(({ __typename }) => __typename === 'VerificationRequested')).toBe(true);
  expect(answers[5]).toMatchObject({ __typename: 'TooManyAttempts' });
  expect(answers[5]!['retryAfterMs']).toBeGreaterThan(0);
  expect(answers[5]!['retryAfterMs']).toBeLessThanOrEqual(15 * 60_000);
  expect(await subgraph.mailsTo('often@example.com')).toHaveLength(5);
});

test('an address that is none is refused before anything happens', async () => {
  const answer = await requestVerification('nobody');
  expect(answer).toMatchObject({ __typename: 'InvalidInput', problems: [{ path: 'email' }] });
});

/** Without the key by which readiness shows that such keys may be written. */
async function codeKeys(redis: Redis): Promise<string[]> {
  const keys = await redis.keys(`${stores.redisPrefix}verification:*`);
  return keys.filter((key) => !key.endsWith(':write-check'));
}

test('what is personal is stored encrypted, passwords by argon2id, codes by a keyed hash, and none of it is logged', async () => {
  const email = 'private@example.com';
  await signUpAs(subgraph, email);
  const code = await mailedCode(subgraph, email);

  const rows = await storedAccounts();
  for (const row of rows) {
    for (const column of ['email', 'name', 'phone_number', 'address'])
      expect(row[column]).toMatch(/^\w{8}\.[\w-]+$/);
    expect(row['password_hash']).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  }
  const redis = new Redis(stores.redisUrl);
  const codes = await codeKeys(redis);
  const kept = (await Promise.all(codes.map((key) => redis.hkeys(key)))).flat();
  await redis.quit();
  expect(kept.length).toBeGreaterThan(0);

  const everything = JSON.stringify([rows, codes, kept, subgraph.logged]);
  for (const secret of [
    'private@example',
    'Lovelace',
    '7946 0000',
    '79460000',
    'St James',
    'correct horse',
  ]) {
    expect(everything).not.toContain(secret);
  }
  expect(kept).not.toContain(code);
});
