import { createLocalJWKSet, createRemoteJWKSet, jwtVerify } from 'jose';
import { hash } from '@node-rs/argon2';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { uuidToBytes } from '../../../platform/uuid.ts';
import { makeSigningKey } from '../../../platform/config/secrets.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import { profileOf, SIGN_IN, signUpAs } from '../testing/operations.ts';
import { startForTest, type SubgraphUnderTest } from '../testing/subgraph-under-test.ts';

const stores = useStores();
const [current, older] = [makeSigningKey(), makeSigningKey()];
let subgraph: SubgraphUnderTest;

beforeAll(async () => {
  subgraph = await startForTest(stores, { SIGNING_KEYS: JSON.stringify({ keys: [current, older] }) });
});

afterAll(async () => {
  await subgraph.stop();
});

async function signIn(email: string, password: string, target = subgraph) {
  const { data } = await target.request(SIGN_IN, { input: { email, password } });
  return data!['signIn']!;
}

describe('signing in', () => {
  const { email, password } = profileOf('ada@example.com');

  beforeAll(async () => {
    await signUpAs(subgraph, email);
  });

  test('the right password opens a session, for the address in any spelling', async () => {
    const answer = await signIn(' ADA@example.com', password);
    expect(answer).toMatchObject({
      __typename: 'Session',
      user: { email, name: 'Ada Lovelace', role: 'USER' },
    });
  });

  test('a password whose stored hash was made before it was normalised works, and its hash is renewed', async () => {
    const { user } = await signUpAs(subgraph, 'mac@example.com');
    const decomposed = '비밀번호는 안전하게'.normalize('NFD');
    const before = await hash(decomposed);
    const connection = await createConnection(`${stores.mysqlUrl}_user`);
    onTestFinished(() => connection.end());
    const stored = async () => {
      const [[row]] = await connection.query<(RowDataPacket & { password_hash: string })[]>(
        'SELECT password_hash FROM account WHERE id = ?',
        [uuidToBytes(user.id)],
      );
      return row!.password_hash;
    };
    await connection.query('UPDATE account SET password_hash = ? WHERE id = ?', [
      before,
      uuidToBytes(user.id),
    ]);

    expect((await signIn('mac@example.com', decomposed)).__typename).toBe('Session');
    const renewed = await stored();
    expect(renewed).not.toBe(before);
    for (const form of ['NFC', 'NFD'])
      expect((await signIn('mac@example.com', decomposed.normalize(form))).__typename).toBe('Session');
    expect(await stored()).toBe(renewed);
  });

  test('a wrong password and an unknown address are answered alike', async () => {
    const [wrong, unknown] = [
      await signIn(email, 'wrong password'),
      await signIn('nobody@example.com', password),
    ];
    expect(wrong.__typename).toBe('InvalidCredentials');
    expect(unknown).toEqual(wrong);
  });

  test.each(['known@example.com', 'unknown@example.com'])('%s may be tried ten times', async (address) => {
    if (address.startsWith('known')) await signUpAs(subgraph, address);
    const answers = await Promise.all(Array.from({ length: 12 }, () => signIn(address, 'wrong password')));
    const refused = answers.filter(({ __typename }) => __typename === 'TooManyAttempts');
    expect(refused).toHaveLength(2);
    expect(refused[0]!['retryAfterMs']).toBeGreaterThan(0);
    // The right password does not help before the time is over.
    expect((await signIn(address, password)).__typename).toBe('TooManyAttempts');
  });

  test('attempts that came before a success do not count', async () => {
    const { email: forgetful } = await signUpAs(subgraph, 'forgetful@example.com').then(({ user }) => user);
    for (let round = 0; round < 2; round++) {
      for (let attempt = 0; attempt < 9; attempt++) await signIn(forgetful, 'wrong password');
      expect((await signIn(forgetful, password)).__typename).toBe('Session');
    }
  });

  test('RATE_LIMITS=off allows any number of attempts', async () => {
    const unlimited = await startForTest(stores, { ...secretsOf(subgraph), RATE_LIMITS: 'off' });
    try {
      const answers = [];
      for (let attempt = 0; attempt < 11; attempt++)
        answers.push(await signIn(email, 'wrong password', unlimited));
      expect(answers.every(({ __typename }) => __typename === 'InvalidCredentials')).toBe(true);
      expect(unlimited.logged.join()).toContain('RATE_LIMITS=off');
    } finally {
      await unlimited.stop();
    }
  });
});

describe('the access token', () => {
  const claimsOf = async (accessToken: unknown) => {
    const keys = createRemoteJWKSet(new URL(`${subgraph.url}/.well-known/jwks.json`));
    return jwtVerify(String(accessToken), keys, {
      issuer: 'firstcome',
      audience: 'firstcome',
      algorithms: ['RS256'],
    });
  };

  test('verifies by the published keys, and its claims are not personal', async () => {
    const answer = await signIn('buyer@firstcome.example', 'firstcome-buyer');
    const { payload, protectedHeader } = await claimsOf(answer['accessToken']);
    expect(protectedHeader).toEqual({ alg: 'RS256', typ: 'JWT', kid: current['kid'] });
    expect(Object.keys(payload).sort()).toEqual(['aud', 'exp', 'iat', 'iss', 'scope', 'sid', 'sub']);
    expect(payload).toMatchObject({ sub: (answer['user'] as { id: string }).id, scope: '' });
    expect(payload.exp! - payload.iat!).toBe(15 * 60);
    expect(answer['accessTokenExpiresAt']).toBe(new Date(payload.exp! * 1_000).toISOString());
  });

  test('an administrator’s carries the scopes of the schemas', async () => {
    const answer = await signIn('admin@firstcome.example', 'firstcome-admin');
    const { payload } = await claimsOf(answer['accessToken']);
    expect(payload['scope']).toBe('catalog:write stock:write order:read user:read');
  });

  test('is signed by the first key; all are published, their public parts only', async () => {
    const response = await fetch(`${subgraph.url}/.well-known/jwks.json`);
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toContain('max-age=60');
    const { keys } = (await response.json()) as { keys: Record<string, unknown>[] };
    expect(keys.map(({ kid }) => kid)).toEqual([current['kid'], older['kid']]);
    for (const key of keys) expect(Object.keys(key).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);

    const answer = await signIn('buyer@firstcome.example', 'firstcome-buyer');
    const others = createLocalJWKSet({ keys: keys.slice(1) });
    await expect(jwtVerify(String(answer['accessToken']), others)).rejects.toThrow();
  });

  test('the key set can only be read', async () => {
    const response = await fetch(`${subgraph.url}/.well-known/jwks.json`, { method: 'POST', body: '{}' });
    expect(response.status).toBe(405);
  });
});

const secretsOf = ({ config: { secrets } }: SubgraphUnderTest) => ({
  USER_IDENTITY_SECRET: secrets.identitySecret,
  SIGNING_KEYS: secrets.signingKeys,
  ENCRYPTION_KEYS: secrets.encryptionKeys,
  LOOKUP_KEY: secrets.lookupKey,
});
