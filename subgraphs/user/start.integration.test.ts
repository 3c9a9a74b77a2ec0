import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ConfigurationError } from '../../platform/config/environment.ts';
import { makeSigningKey } from '../../platform/config/secrets.ts';
import { useStores } from '../../tests/harness/stores.ts';
import { REFRESH, SIGN_IN } from './testing/operations.ts';
import { startForTest } from './testing/subgraph-under-test.ts';

const secrets = {
  USER_IDENTITY_SECRET: 'i'.repeat(43),
  SIGNING_KEYS: JSON.stringify({ keys: [makeSigningKey()] }),
  ENCRYPTION_KEYS: `k1:${'A'.repeat(43)}`,
  LOOKUP_KEY: 'l'.repeat(43),
};

type Stores = ReturnType<typeof useStores>;

async function start(stores: Stores, environment: Record<string, string> = {}) {
  const subgraph = await startForTest(stores, { ...secrets, ...environment });
  onTestFinished(() => subgraph.stop());
  const signIn = async (email: string, password: string) =>
    (await subgraph.request(SIGN_IN, { input: { email, password } })).data!['signIn']!;
  return { ...subgraph, signIn };
}

async function accountsIn(stores: Stores): Promise<number> {
  const connection = await createConnection(`${stores.mysqlUrl}_user`);
  const [rows] = await connection.query<RowDataPacket[]>('SELECT id FROM account');
  await connection.end();
  return rows.length;
}

describe('outside production', () => {
  const stores = useStores();

  test('several processes that start at once make the two demo accounts once', async () => {
    const processes = await Promise.all([start(stores), start(stores), start(stores)]);
    expect(await accountsIn(stores)).toBe(2);
    const [first] = processes;
    expect(await first.signIn('admin@firstcome.example', 'firstcome-admin')).toMatchObject({
      user: { role: 'ADMIN' },
    });
    expect(await first.signIn('buyer@firstcome.example', 'firstcome-buyer')).toMatchObject({
      user: { role: 'USER' },
    });
  });

  test('a request without a signed identity is rejected', async () => {
    const { url } = await start(stores);
    for (const headers of [{}, { authorization: 'Bearer x' }, { 'x-firstcome-identity': 'e30.AAAA' }]) {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers } as Record<string, string>,
        body: JSON.stringify({ query: '{ _service { sdl } }' }),
      });
      expect(response.status).toBe(401);
    }
  });

  test('it is ready when both stores answer, and no longer when it ends', async () => {
    const subgraph = await startForTest(stores, secrets);
    const response = await fetch(`${subgraph.url}/health/ready`);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ ready: true, checks: { mysql: 'ok', redis: 'ok' } });
    await subgraph.stop();
    await expect(fetch(`${subgraph.url}/health/ready`)).rejects.toThrow();
  });

  test.each([
    ['SIGNING_KEYS', '{"keys":[]}'],
    ['ENCRYPTION_KEYS', 'nonsense'],
    ['LOOKUP_KEY', 'short'],
  ])('%s that is not acceptable stops the start', async (name, value) => {
    const failure = startForTest(stores, { ...secrets, [name]: value });
    await expect(failure).rejects.toThrow(ConfigurationError);
    await expect(failure).rejects.toThrow(name);
  });
});

describe('keys that do not fit the database', () => {
  const stores = useStores();

  test.each([
    ['LOOKUP_KEY', 'LOOKUP_KEY does not fit the database', { LOOKUP_KEY: 'm'.repeat(43) }],
    [
      'ENCRYPTION_KEYS',
      'ENCRYPTION_KEYS k1 does not fit the database',
      { ENCRYPTION_KEYS: `k1:${'B'.repeat(43)}` },
    ],
    ['ENCRYPTION_KEYS', 'ENCRYPTION_KEYS', { ENCRYPTION_KEYS: `k9:${'D'.repeat(43)}` }],
  ])(
    '%s stops the start with a sentence, also where no fingerprint is stored yet',
    async (_name, sentence, keys) => {
      await start(stores);
      await expect(startForTest(stores, { ...secrets, ...keys })).rejects.toThrow(sentence);
      const connection = await createConnection(`${stores.mysqlUrl}_user`);
      await connection.query('DELETE FROM key_fingerprint');
      await connection.end();
      await expect(startForTest(stores, { ...secrets, ...keys })).rejects.toThrow(sentence);
      await start(stores, { ENCRYPTION_KEYS: `k2:${'C'.repeat(43)},${secrets.ENCRYPTION_KEYS}` });
      await start(stores);
    },
  );
});

describe('keys of `npm run secrets` after a first try without', () => {
  const stores = useStores();

  test('that do not fit: the sentence says where those of the try are, and how to start afresh', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'firstcome-keys-'));
    onTestFinished(() => rmSync(dataDir, { recursive: true }));
    const { ENCRYPTION_KEYS, LOOKUP_KEY, ...others } = { ...secrets, DATA_DIR: dataDir };
    await (await startForTest(stores, others)).stop();
    for (const key of [{ ENCRYPTION_KEYS }, { LOOKUP_KEY }]) {
      const failure = startForTest(stores, { ...others, ...key });
      await expect(failure).rejects.toThrow(`it may be the one in ${join(dataDir, 'secrets')}`);
      await expect(failure).rejects.toThrow('To start afresh, set DATA_DIR to a new folder');
    }
  });
});

describe('in production', () => {
  const stores = useStores();
  const administrator = {
    NODE_ENV: 'production',
    MAIL_TRANSPORT: 'files',
    ADMIN_EMAIL: 'root@example.com',
    ADMIN_PASSWORD: 'first password',
  };

  test('there are no demo accounts, and the configured administrator', async () => {
    const subgraph = await start(stores, administrator);
    expect(await accountsIn(stores)).toBe(1);
    const answer = await subgraph.signIn('admin@firstcome.example', 'firstcome-admin');
    expect(answer.__typename).toBe('InvalidCredentials');
    expect(await subgraph.signIn('root@example.com', 'first password')).toMatchObject({
      user: { role: 'ADMIN' },
    });
  });

  test('an administrator who is there keeps the password', async () => {
    const subgraph = await start(stores, { ...administrator, ADMIN_PASSWORD: 'second password' });
    expect((await subgraph.signIn('root@example.com', 'first password')).__typename).toBe('Session');
  });
});

describe('an account that was there before', () => {
  const stores = useStores();

  test('becomes the configured administrator', async () => {
    await start(stores);
    const configured = { ADMIN_EMAIL: 'Buyer@firstcome.example', ADMIN_PASSWORD: 'not used at all' };
    const subgraph = await start(stores, configured);
    expect(await subgraph.signIn('buyer@firstcome.example', 'firstcome-buyer')).toMatchObject({
      user: { role: 'ADMIN' },
    });
  });
});

describe('a database that comes to production from a demo', () => {
  const stores = useStores();
  const production = { NODE_ENV: 'production', MAIL_TRANSPORT: 'files' };

  test('replaces a public password of a demo account, revokes its sessions, and logs it', async () => {
    const demo = await start(stores);
    const session = await demo.signIn('admin@firstcome.example', 'firstcome-admin');
    await demo.signIn('buyer@firstcome.example', 'firstcome-buyer');

    const subgraphs = await Promise.all([start(stores, production), start(stores, production)]);
    const [subgraph] = subgraphs;
    for (const [email, password] of [
      ['admin@firstcome.example', 'firstcome-admin'],
      ['buyer@firstcome.example', 'firstcome-buyer'],
    ] as const)
      expect((await subgraph.signIn(email, password)).__typename).toBe('InvalidCredentials');
    const { data } = await subgraph.request(REFRESH, { input: { refreshToken: session['refreshToken'] } });
    expect(data!['refreshSession']!.__typename).toBe('InvalidRefreshToken');
    const warnings = subgraphs
      .flatMap(({ logged }) => logged)
      .filter((line) => line.includes('demo account'));
    expect(warnings.some((line) => line.includes('"role":"ADMIN"') && line.includes('"level":40'))).toBe(
      true,
    );
    expect(warnings.join()).not.toContain('@');
  });

  test('leaves a demo account alone that was given a password of its own', async () => {
    const administrator = { ADMIN_EMAIL: 'admin@firstcome.example', ADMIN_PASSWORD: 'not used at all' };
    const subgraph = await start(stores, { ...production, ...administrator });
    expect(subgraph.logged.join()).not.toContain('demo account');
  });
});
