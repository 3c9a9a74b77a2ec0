import { createHash } from 'node:crypto';
import { Redis } from 'ioredis';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { useStores } from '../../../tests/harness/stores.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';
import { CHANGE_PASSWORD, profileOf, REFRESH, SIGN_IN, SIGN_OUT, signUpAs } from '../testing/operations.ts';
import { callerBy, startForTest, type SubgraphUnderTest } from '../testing/subgraph-under-test.ts';

const stores = useStores();
const { password } = profileOf('');
const published: string[] = [];
let subgraph: SubgraphUnderTest;
let redis: Redis;
let listener: Redis;

beforeAll(async () => {
  subgraph = await startForTest(stores, { ACCESS_TOKEN_LIFETIME: '10m' });
  redis = new Redis(stores.redisUrl);
  listener = new Redis(stores.redisUrl);
  await listener.subscribe(`${stores.redisPrefix}ended-sessions`);
  listener.on('message', (_channel, sessionId) => published.push(sessionId));
});

afterAll(async () => {
  await Promise.all([redis.quit(), listener.quit(), subgraph.stop()]);
});

let email: string;
let people = 0;
let session: Awaited<ReturnType<typeof signUpAs>>;

beforeEach(async () => {
  email = `person${people++}@example.com`;
  session = await signUpAs(subgraph, email);
});

async function execute(query: string, field: string, input?: object, caller = callerBy(session.accessToken)) {
  const { data, errors } = await subgraph.request(query, input ? { input } : {}, caller);
  expect(errors).toBeUndefined();
  return data![field]!;
}

const refresh = (refreshToken: unknown) => execute(REFRESH, 'refreshSession', { refreshToken });
const signIn = (secret: string) => execute(SIGN_IN, 'signIn', { email, password: secret });
const sessionIdOf = (accessToken: unknown) => callerBy(accessToken).sessionId!;

async function expectPublished(sessionId: string) {
  await waitUntil('the end of the session to be published', () => published.includes(sessionId));
  const left = await redis.pttl(`${stores.redisPrefix}{ended-session}:${sessionId}`);
  expect(left).toBeGreaterThan(590_000);
  expect(left).toBeLessThanOrEqual(600_000);
}

describe('a refresh token', () => {
  test('is traded for new tokens of the same session', async () => {
    const renewed = await refresh(session.refreshToken);
    expect(renewed).toMatchObject({ __typename: 'Session', user: { email, name: 'Ada Lovelace' } });
    expect(renewed['refreshToken']).not.toBe(session.refreshToken);
    expect(sessionIdOf(renewed['accessToken'])).toBe(sessionIdOf(session.accessToken));
    expect((await refresh(renewed['refreshToken'])).__typename).toBe('Session');
  });

  test('works once: presenting it again after its successor was used ends everything that came from it', async () => {
    const renewed = await refresh(session.refreshToken);
    const next = await refresh(renewed['refreshToken']);
    expect((await refresh(session.refreshToken)).__typename).toBe('InvalidRefreshToken');
    expect((await refresh(next['refreshToken'])).__typename).toBe('InvalidRefreshToken');
    await expectPublished(sessionIdOf(session.accessToken));
  });

  test('presented by two tabs at once, or again after a lost answer, gives the same successor', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => refresh(session.refreshToken)));
    answers.push(await refresh(session.refreshToken));
    expect(answers.map(({ __typename }) => __typename)).toEqual(Array(9).fill('Session'));
    expect(new Set(answers.map(({ refreshToken }) => refreshToken)).size).toBe(1);
    expect((await refresh(answers[0]!['refreshToken'])).__typename).toBe('Session');
    expect(published).not.toContain(sessionIdOf(session.accessToken));
  });

  test('presented again after its grace ends the session', async () => {
    const renewed = await refresh(session.refreshToken);
    const connection = await createConnection(`${stores.mysqlUrl}_user`);
    await connection.query('UPDATE session SET rotated_at = rotated_at - INTERVAL 15 SECOND');
    await connection.end();
    expect((await refresh(session.refreshToken)).__typename).toBe('InvalidRefreshToken');
    expect((await refresh(renewed['refreshToken'])).__typename).toBe('InvalidRefreshToken');
    await expectPublished(sessionIdOf(session.accessToken));
  });

  test('of another session of the same user is not touched by that', async () => {
    const other = await signIn(password);
    const renewed = await refresh(session.refreshToken);
    await refresh(renewed['refreshToken']);
    await refresh(session.refreshToken);
    expect((await refresh(other['refreshToken'])).__typename).toBe('Session');
  });

  test('that has expired is refused', async () => {
    const connection = await createConnection(`${stores.mysqlUrl}_user`);
    await connection.query("UPDATE session SET expires_at = '2020-01-01'");
    await connection.end();
    expect((await refresh(session.refreshToken)).__typename).toBe('InvalidRefreshToken');
  });

  test.each(['', 'x', 'é'.repeat(1_000)])('that never was one is refused: %.10j', async (token) => {
    expect((await refresh(token)).__typename).toBe('InvalidRefreshToken');
  });

  test('is stored hashed', async () => {
    const connection = await createConnection(`${stores.mysqlUrl}_user`);
    const [rows] =
      await connection.query<(RowDataPacket & { token_hash: Buffer })[]>('SELECT * FROM session');
    await connection.end();
    const hash = createHash('sha256').update(Buffer.from(session.refreshToken, 'base64url')).digest();
    expect(rows.filter((row) => row.token_hash.equals(hash))).toHaveLength(1);
  });
});

describe('signing out', () => {
  test('revokes the session at once: verifiers are notified, and its refresh token stops working', async () => {
    const answer = await execute(SIGN_OUT, 'signOut');
    expect(answer.__typename).toBe('SignedOut');
    await expectPublished(sessionIdOf(session.accessToken));
    expect((await refresh(session.refreshToken)).__typename).toBe('InvalidRefreshToken');
  });

  test('leaves other sessions alone', async () => {
    const other = await signIn(password);
    await execute(SIGN_OUT, 'signOut');
    expect((await refresh(other['refreshToken'])).__typename).toBe('Session');
    expect(published).not.toContain(sessionIdOf(other['accessToken']));
  });

  test('may be repeated', async () => {
    await execute(SIGN_OUT, 'signOut');
    expect((await execute(SIGN_OUT, 'signOut')).__typename).toBe('SignedOut');
  });

  test('needs a session to end', async () => {
    const caller = { ...callerBy(session.accessToken), sessionId: null };
    const { errors } = await subgraph.request(SIGN_OUT, {}, caller);
    expect(errors?.[0]?.extensions.code).toBe('BAD_REQUEST');
  });
});

describe('changing the password', () => {
  const change = (currentPassword: string, newPassword: string) =>
    execute(CHANGE_PASSWORD, 'changePassword', { currentPassword, newPassword });

  test('the new one works, the old one does not, and every other session ends', async () => {
    const [other, third] = [await signIn(password), await signIn(password)];
    const answer = await change(password, 'another good one');
    expect(answer).toMatchObject({ __typename: 'PasswordChanged', user: { email } });

    expect((await signIn(password)).__typename).toBe('InvalidCredentials');
    expect((await signIn('another good one')).__typename).toBe('Session');
    expect((await refresh(session.refreshToken)).__typename).toBe('Session');
    for (const ended of [other, third]) {
      expect((await refresh(ended['refreshToken'])).__typename).toBe('InvalidRefreshToken');
      await expectPublished(sessionIdOf(ended['accessToken']));
    }
    expect(published).not.toContain(sessionIdOf(session.accessToken));
  });

  test('needs the current one, and a new one that is acceptable', async () => {
    expect((await change('not my password', 'another good one')).__typename).toBe('InvalidCredentials');
    expect(await change(password, 'short')).toMatchObject({
      __typename: 'InvalidInput',
      problems: [{ path: 'newPassword' }],
    });
    expect((await signIn(password)).__typename).toBe('Session');
  });

  test('may be tried ten times', async () => {
    const answers = await Promise.all(
      Array.from({ length: 11 }, () => change('not my password', 'another good one')),
    );
    expect(answers.filter(({ __typename }) => __typename === 'TooManyAttempts')).toHaveLength(1);
  });

  test('made twice at once, it is made once', async () => {
    const answers = await Promise.all([
      change(password, 'the first choice'),
      change(password, 'the second choice'),
    ]);
    expect(answers.map(({ __typename }) => __typename).sort()).toEqual([
      'InvalidCredentials',
      'PasswordChanged',
    ]);
  });
});
