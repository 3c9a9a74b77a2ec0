import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { useStores } from '../../../tests/harness/stores.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';
import {
  profileOf,
  REFRESH,
  REQUEST_RESET,
  RESET_PASSWORD,
  SIGN_IN,
  signUpAs,
} from '../testing/operations.ts';
import { callerBy, startForTest, type SubgraphUnderTest } from '../testing/subgraph-under-test.ts';

const stores = useStores();
const { password } = profileOf('');
const NEW = 'another good one';
let subgraph: SubgraphUnderTest;
let redis: Redis;

beforeAll(async () => {
  subgraph = await startForTest(stores);
  redis = new Redis(stores.redisUrl);
});
afterAll(async () => {
  await redis.quit();
  await subgraph.stop();
});

async function execute(query: string, field: string, input: object, address?: string) {
  const { data, errors } = await subgraph.request(query, { input }, null, address);
  expect(errors).toBeUndefined();
  return data![field]!;
}

const signIn = (email: string, secret: string, address?: string) =>
  execute(SIGN_IN, 'signIn', { email, password: secret }, address);
const reset = (email: string, resetCode: string, newPassword = NEW, address?: string) =>
  execute(RESET_PASSWORD, 'resetPassword', { email, resetCode, newPassword }, address);

async function mailedResetCode(email: string, address?: string): Promise<string> {
  const answer = await execute(REQUEST_RESET, 'requestPasswordReset', { email }, address);
  expect(answer.__typename).toBe('PasswordResetRequested');
  const mail = (await subgraph.mailsTo(email)).at(-1) ?? '';
  return /\b\w{4}-\w{4}-\w{4}\b/.exec(mail.slice(mail.indexOf('\n\n')))?.[0] ?? `no code in: ${mail}`;
}

test('a mailed code sets the password once, and ends every session', async () => {
  const email = 'ada@example.com';
  const sessions = [await signUpAs(subgraph, email), await signIn(email, password)];
  const code = await mailedResetCode(email);
  expect(await reset(` ADA@example.com`, code.toLowerCase().replaceAll('-', ' '))).toMatchObject({
    __typename: 'PasswordReset',
  });

  expect((await signIn(email, password)).__typename).toBe('InvalidCredentials');
  expect((await signIn(email, NEW)).__typename).toBe('Session');
  for (const session of sessions as Record<string, unknown>[]) {
    const { sessionId } = callerBy(session['accessToken']);
    await waitUntil('the revocation to be published', async () =>
      redis.exists(`${stores.redisPrefix}{ended-session}:${sessionId}`),
    );
    const answer = await execute(REFRESH, 'refreshSession', { refreshToken: session['refreshToken'] });
    expect(answer.__typename).toBe('InvalidRefreshToken');
  }
  expect((await reset(email, code, 'a third good one')).__typename).toBe('InvalidVerificationCode');
});

test('presented many times at once, a code sets one password', async () => {
  const email = 'bob@example.com';
  await signUpAs(subgraph, email);
  const code = await mailedResetCode(email);
  const answers = await Promise.all(
    ['a first good one', 'a second good one'].map((one) => reset(email, code, one)),
  );
  expect(answers.map(({ __typename }) => __typename).sort()).toEqual([
    'InvalidVerificationCode',
    'PasswordReset',
  ]);
});

test('an address without an account has the same response; only the mail differs', async () => {
  await signUpAs(subgraph, 'known@example.com');
  const [known, unknown] = [
    await execute(REQUEST_RESET, 'requestPasswordReset', { email: 'known@example.com' }),
    await execute(REQUEST_RESET, 'requestPasswordReset', { email: 'unknown@example.com' }),
  ];
  expect(Object.keys(unknown)).toEqual(Object.keys(known));
  expect(unknown.__typename).toBe(known.__typename);
  const mails = await subgraph.mailsTo('unknown@example.com');
  expect(mails).toHaveLength(1);
  expect(mails[0]).toContain('has no account');
  expect(mails[0]).not.toMatch(/\w{4}-\w{4}-\w{4}\./);
  expect(await reset('unknown@example.com', '0000-0000-0000')).toEqual(
    await reset('known@example.com', '0000-0000-0000'),
  );
});

test('a second code leaves the first valid, and a used one ends both', async () => {
  const email = 'carol@example.com';
  await signUpAs(subgraph, email);
  const [first, second] = [await mailedResetCode(email), await mailedResetCode(email)];
  expect((await reset(email, first)).__typename).toBe('PasswordReset');
  expect((await reset(email, second)).__typename).toBe('InvalidVerificationCode');
});

test('a password that is not acceptable uses up no code', async () => {
  const email = 'dora@example.com';
  await signUpAs(subgraph, email);
  const code = await mailedResetCode(email);
  expect(await reset(email, code, 'short')).toMatchObject({
    __typename: 'InvalidInput',
    problems: [{ path: 'newPassword' }],
  });
  expect((await reset(email, code)).__typename).toBe('PasswordReset');
});

test('works for an owner who has used up the attempts to sign in', async () => {
  const [email, address] = ['emil@example.com', '203.0.113.7'];
  await signUpAs(subgraph, email, '203.0.113.8');
  for (let n = 0; n < 10; n++) await signIn(email, 'a wrong password', address);
  expect((await signIn(email, password, address)).__typename).toBe('TooManyAttempts');
  const code = await mailedResetCode(email, address);
  expect((await reset(email, code, NEW, address)).__typename).toBe('PasswordReset');
  expect((await signIn(email, NEW, address)).__typename).toBe('Session');
});

test('mails and guesses are limited', async () => {
  const email = 'fay@example.com';
  await signUpAs(subgraph, email);
  const code = await mailedResetCode(email, '203.0.113.20');
  for (let n = 0; n < 4; n++) await mailedResetCode(email, '203.0.113.20');
  const sixth = await execute(REQUEST_RESET, 'requestPasswordReset', { email }, '203.0.113.20');
  expect(sixth.__typename).toBe('TooManyAttempts');

  const guesses: unknown[] = [];
  for (let n = 0; n < 12; n++)
    guesses.push((await reset(email, '0000-0000-0000', NEW, '203.0.113.21')).__typename);
  expect(guesses.filter((answer) => answer === 'InvalidVerificationCode')).toHaveLength(10);
  // A stranger's guesses end no code.
  expect((await reset(email, code, NEW, '203.0.113.22')).__typename).toBe('PasswordReset');
});

test('a code is stored hashed and appears in no log', async () => {
  const email = 'gil@example.com';
  await signUpAs(subgraph, email);
  const code = await mailedResetCode(email);
  const keys = await redis.keys(`${stores.redisPrefix}verification:reset:*`);
  const stored = JSON.stringify(await Promise.all(keys.map((key) => redis.hgetall(key))));
  for (const text of [stored, subgraph.logged.join()]) expect(text).not.toContain(code);
});
