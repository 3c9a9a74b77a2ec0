import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { v7 as uuidv7 } from 'uuid';
import { createLogger } from '../../platform/logger.ts';
import { openDatabase, type Database } from '../../platform/mysql/database.ts';
import { useStores } from '../../tests/harness/stores.ts';
import { createAccountRepository, type AccountRepository } from './account-repository.ts';
import { Account } from './entities/account.ts';
import { CreateAccountsAndSessions1764000000000 } from './migrations/1764000000000-create-accounts-and-sessions.ts';
import { makeRefreshToken } from './refresh-tokens.ts';
import { createSessionRepository, type SessionRepository } from './session-repository.ts';

const stores = useStores();
let database: Database;
let accounts: AccountRepository;
let sessions: SessionRepository;

beforeAll(async () => {
  database = await openDatabase({
    url: stores.mysqlUrl,
    room: 'user',
    entities: [Account],
    migrations: [CreateAccountsAndSessions1764000000000],
    poolSize: 5,
    queueLimit: 50,
    logger: createLogger('test', 'silent'),
  });
  accounts = createAccountRepository(database);
  sessions = createSessionRepository(database);
});

afterAll(async () => {
  await database.close();
});

let accountId: string;

beforeEach(async () => {
  accountId = uuidv7();
  await accounts.insert({
    id: accountId,
    emailHash: Buffer.from(accountId.replaceAll('-', '').padEnd(64, '0'), 'hex'),
    role: 'USER',
    passwordHash: 'old',
    email: 'x',
    name: 'x',
    phoneNumber: 'x',
    address: 'x',
    createdAt: new Date(),
  });
});

const inAnHour = () => new Date(Date.now() + 3_600_000);

async function rotate(tokenHash: Buffer) {
  const successor = { ...makeRefreshToken(), expiresAt: inAnHour() };
  return { ...(await sessions.rotate(tokenHash, successor, new Date())), successor };
}

async function open(passwordHash: string) {
  const token = { ...makeRefreshToken(), expiresAt: inAnHour() };
  const session = { id: uuidv7(), accountId, createdAt: new Date(), refreshToken: token };
  const opened = await sessions.open(session, passwordHash);
  const refresh = () => rotate(token.hash);
  return { ...session, opened, refresh };
}

const changeWith = (announce: (ids: readonly string[]) => Promise<void>) =>
  sessions.changePassword({
    accountId,
    from: 'old',
    to: 'new',
    keepSessionId: null,
    now: new Date(),
    announce,
  });

const passwordHash = async () => (await accounts.findByIds([accountId]))[0]?.passwordHash;

test('a password that was changed after it was proven opens no session', async () => {
  expect((await open('old')).opened).toBe(true);
  await changeWith(async () => undefined);
  expect((await open('old')).opened).toBe(false);
  expect((await open('new')).opened).toBe(true);
});

test('a change of password whose end of sessions cannot be announced changes nothing', async () => {
  const session = await open('old');
  const change = changeWith(() => Promise.reject(new Error('nobody listens')));
  await expect(change).rejects.toThrow('nobody listens');
  expect(await passwordHash()).toBe('old');
  expect((await session.refresh()).outcome).toBe('rotated');
});

test('a change of password ends the sessions that it announces, and those alone', async () => {
  const [one, two] = [await open('old'), await open('old')];
  await sessions.end(two.id, new Date());
  const announced: string[] = [];
  await changeWith(async (ids) => void announced.push(...ids));
  expect(announced).toEqual([one.id]);
  expect(await passwordHash()).toBe('new');
  expect((await one.refresh()).outcome).toBe('refused');
});

test('signing out and refreshing at once never leaves a session that is both ended and refreshable', async () => {
  for (let round = 0; round < 10; round++) {
    const session = await open('old');
    const [, rotation] = await Promise.all([sessions.end(session.id, new Date()), session.refresh()]);
    expect(['rotated', 'refused']).toContain(rotation.outcome);
    expect((await rotate(rotation.successor.hash)).outcome).toBe('refused');
  }
});

test('expired tokens of a session are forgotten when it is refreshed', async () => {
  const session = await open('old');
  const past = new Date(Date.now() - 1);
  const { outcome } = await sessions.rotate(
    session.refreshToken.hash,
    { ...makeRefreshToken(), expiresAt: past },
    new Date(),
  );
  expect(outcome).toBe('rotated');
  const [rows] = await database.pool.query('SELECT 1 FROM refresh_token WHERE expires_at <= ?', [new Date()]);
  expect(rows).toEqual([]);
});
