import { createHash, randomBytes } from 'node:crypto';
import type { RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { v7 as uuidv7 } from 'uuid';
import { createLogger } from '../../../platform/logger.ts';
import { openDatabase, type Database } from '../../../platform/mysql/database.ts';
import { uuidToBytes } from '../../../platform/uuid.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import { purgeExpiredSessions } from './purge-expired-sessions.ts';
import { createAccountRepository, type AccountRepository } from '../accounts/account-repository.ts';
import { Account } from '../accounts/account.ts';
import { migrations } from '../migrations/index.ts';
import type { PresentedToken } from './refresh-tokens.ts';
import {
  createSessionRepository,
  FIND_EXPIRED,
  MOST_SESSIONS,
  type SessionRepository,
} from './session-repository.ts';

const stores = useStores();
let database: Database;
let accounts: AccountRepository;
let sessions: SessionRepository;

beforeAll(async () => {
  database = await openDatabase({
    url: stores.mysqlUrl,
    subgraph: 'user',
    entities: [Account],
    migrations,
    poolSize: 5,
    queueLimit: 200,
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
const newToken = (expiresAt = inAnHour()) => ({ hash: randomBytes(32), expiresAt });
const publishNothing = async () => undefined;

const GRACE_MS = 10_000;

const presentedAs = (sessionId: string, hash: Buffer): PresentedToken => ({
  sessionId,
  hash,
  successor: (salt) => {
    const next = createHash('sha256').update(hash).update(salt).digest();
    return { token: next.toString('base64url'), hash: next };
  },
});

async function rotate(sessionId: string, hash: Buffer) {
  const terms = { now: new Date(), expiresAt: inAnHour(), graceMs: GRACE_MS };
  const rotation = await sessions.rotate(presentedAs(sessionId, hash), terms);
  return { successor: { hash: randomBytes(32) }, ...rotation };
}

/** Moves the last rotation of a session into the past. */
async function rotatedBefore(sessionId: string, ms: number): Promise<void> {
  await database.pool.query(
    'UPDATE session SET rotated_at = rotated_at - INTERVAL ? MICROSECOND WHERE id = ?',
    [ms * 1_000, uuidToBytes(sessionId)],
  );
}

async function open(passwordHash: string, expiresAt = inAnHour(), publishRevoked = recordRevoked([])) {
  const id = uuidv7();
  const token = newToken(expiresAt);
  const session = { id, accountId, createdAt: new Date(), refreshToken: token };
  const opened = await sessions.open(session, passwordHash, publishRevoked);
  return { ...session, opened, refresh: () => rotate(id, token.hash) };
}

const recordRevoked = (list: string[]) => async (ids: readonly string[]) => void list.push(...ids);

const changeWith = (
  publishRevoked: (ids: readonly string[]) => Promise<void>,
  keepSessionId: string | null = null,
) => sessions.changePassword({ accountId, from: 'old', to: 'new', keepSessionId, publishRevoked });

const passwordHash = async () => (await accounts.findByIds([accountId]))[0]?.passwordHash;

async function openSessions(): Promise<number> {
  const [[row]] = await database.pool.query<(RowDataPacket & { open: number })[]>(
    'SELECT COUNT(*) AS open FROM session WHERE account_id = ?',
    [uuidToBytes(accountId)],
  );
  return Number(row?.open);
}

test('a password that was changed after it was proven opens no session', async () => {
  expect((await open('old')).opened).toBe(true);
  await changeWith(publishNothing);
  expect((await open('old')).opened).toBe(false);
  expect((await open('new')).opened).toBe(true);
});

test('a change of password whose revocations cannot be published changes nothing', async () => {
  const session = await open('old');
  const change = changeWith(() => Promise.reject(new Error('Redis is down')));
  await expect(change).rejects.toThrow('Redis is down');
  expect(await passwordHash()).toBe('old');
  expect((await session.refresh()).outcome).toBe('rotated');
});

test('a change of password revokes exactly the sessions that it publishes', async () => {
  const [one, two, kept] = [await open('old'), await open('old'), await open('old')];
  await sessions.end(two.id);
  const published: string[] = [];
  await changeWith(recordRevoked(published), kept.id);
  expect(published).toEqual([one.id]);
  expect(await passwordHash()).toBe('new');
  expect((await one.refresh()).outcome).toBe('ended');
  expect((await kept.refresh()).outcome).toBe('rotated');
});

test('signing out and refreshing at once never leaves a session that is both ended and refreshable', async () => {
  for (let round = 0; round < 10; round++) {
    const session = await open('old');
    const [, rotation] = await Promise.all([sessions.end(session.id), session.refresh()]);
    expect(['rotated', 'ended']).toContain(rotation.outcome);
    expect((await rotate(session.id, rotation.successor.hash)).outcome).toBe('ended');
  }
});

test('a token that is presented again in its grace gives the same successor, also many times at once', async () => {
  const session = await open('old');
  const rotations = await Promise.all(Array.from({ length: 8 }, () => session.refresh()));
  expect(rotations.map(({ outcome }) => outcome).sort()).toEqual([
    ...Array<string>(7).fill('repeated'),
    'rotated',
  ]);
  expect(new Set(rotations.map(({ successor }) => successor.hash.toString('hex'))).size).toBe(1);
  expect((await rotate(session.id, rotations[0]!.successor.hash)).outcome).toBe('rotated');
});

test('a token that is presented again after its grace ends the session', async () => {
  const session = await open('old');
  const { successor } = await session.refresh();
  await rotatedBefore(session.id, GRACE_MS - 5_000);
  expect((await session.refresh()).outcome).toBe('repeated');
  await rotatedBefore(session.id, 5_001);
  expect((await session.refresh()).outcome).toBe('reused');
  expect((await rotate(session.id, successor.hash)).outcome).toBe('ended');
});

test('a token that is presented again after its successor was used ends the session, in its grace as well', async () => {
  const session = await open('old');
  const { successor } = await session.refresh();
  const next = await rotate(session.id, successor.hash);
  expect((await session.refresh()).outcome).toBe('reused');
  expect((await rotate(session.id, next.successor.hash)).outcome).toBe('ended');
});

test('a token gives no successor that was put in its place by a process of an earlier version', async () => {
  const session = await open('old');
  await session.refresh();
  const another = randomBytes(32);
  await database.pool.query('UPDATE session SET token_hash = ? WHERE id = ?', [
    another,
    uuidToBytes(session.id),
  ]);
  expect((await session.refresh()).outcome).toBe('reused');
});

test('a session is one row however often it is refreshed, and any token of it but the last ends it', async () => {
  const session = await open('old');
  const used: Buffer[] = [session.refreshToken.hash];
  for (let n = 0; n < 20; n++) {
    const { outcome, successor } = await rotate(session.id, used.at(-1)!);
    expect(outcome).toBe('rotated');
    used.push(successor.hash);
  }
  expect(await openSessions()).toBe(1);
  expect((await rotate(session.id, used[3]!)).outcome).toBe('reused');
  expect((await rotate(session.id, used.at(-1)!)).outcome).toBe('ended');
  expect(await openSessions()).toBe(0);
});

test('an account has so many sessions at the most: those end that went unrefreshed for the longest time', async () => {
  const first = await open('old', new Date(Date.now() + 1_000_000));
  const second = await open('old', new Date(Date.now() + 1_000_001));
  for (let n = 2; n < MOST_SESSIONS; n++) await open('old');
  expect((await first.refresh()).outcome).toBe('rotated');

  const published: string[] = [];
  const cannotBePublished = open('old', inAnHour(), () => Promise.reject(new Error('Redis is down')));
  await expect(cannotBePublished).rejects.toThrow('Redis is down');
  expect(await openSessions()).toBe(MOST_SESSIONS);
  expect((await open('old', inAnHour(), recordRevoked(published))).opened).toBe(true);
  expect(published).toEqual([second.id]);
  expect(await openSessions()).toBe(MOST_SESSIONS);
  expect((await second.refresh()).outcome).toBe('ended');
});

test('opened by many at once, there are no more of them than that', async () => {
  const opened = await Promise.all(Array.from({ length: MOST_SESSIONS + 25 }, () => open('old')));
  expect(opened.every((session) => session.opened)).toBe(true);
  expect(await openSessions()).toBe(MOST_SESSIONS);
});

test('expired sessions are purged, by several at once, and no others', async () => {
  const past = new Date(Date.now() - 10_000);
  await Promise.all(Array.from({ length: 40 }, (_, n) => open('old', n % 2 === 0 ? past : inAnHour())));
  const deleted = await Promise.all(
    Array.from({ length: 5 }, () => sessions.deleteExpired(new Date(Date.now() - 5_000), 7)),
  );
  expect(deleted.every((count) => count <= 7)).toBe(true);
  await purgeExpiredSessions({ sessions, accessTokens: { lifetimeMs: 5_000 } });
  expect(await openSessions()).toBe(20);
});

test('a session whose last access token may still be valid is not purged', async () => {
  await open('old', new Date(Date.now() - 10_000));
  await purgeExpiredSessions({ sessions, accessTokens: { lifetimeMs: 60_000 } });
  expect(await openSessions()).toBe(1);
  await purgeExpiredSessions({ sessions, accessTokens: { lifetimeMs: 9_000 } });
  expect(await openSessions()).toBe(0);
});

test('expired sessions are found by the index, and deleted by their keys', async () => {
  const plan = async (sql: string, values: unknown[]) => {
    const [[first]] = await database.pool.query<RowDataPacket[]>(
      `EXPLAIN FORMAT = TRADITIONAL ${sql}`,
      values,
    );
    return { type: String(first!['type']), key: String(first!['key']) };
  };
  expect(await plan(FIND_EXPIRED, [new Date(), 500])).toEqual({ type: 'range', key: 'session_expires' });
  expect(
    await plan('DELETE s FROM session s FORCE INDEX (PRIMARY) WHERE s.id IN (?)', [
      [randomBytes(16), randomBytes(16)],
    ]),
  ).toEqual({ type: 'range', key: 'PRIMARY' });
});
