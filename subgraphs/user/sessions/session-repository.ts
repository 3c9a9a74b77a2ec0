import type { PoolConnection, RowDataPacket } from 'mysql2/promise';
import type { Database } from '../../../platform/mysql/database.ts';
import { inTransaction } from '../../../platform/mysql/transaction.ts';
import { bytesToUuid, uuidToBytes } from '../../../platform/uuid.ts';
import { newRotationSalt, type PresentedToken, type RefreshToken } from './refresh-tokens.ts';

/**
 * Sessions. A session is a row while it is open, from a sign-in through all its refreshes; access tokens name it. When it ends the
 * row is deleted. Concurrent requests are serialised by row locks, in the order account, session.
 */
export interface SessionRepository {
  /**
   * An account has at most `MOST_SESSIONS`: where there are more, those end that went unrefreshed for the longest time.
   *
   * @returns false when `passwordHash` is not the account's any more: the password was changed since it was proven
   */
  open(session: NewSession, passwordHash: string, publishRevoked: PublishRevoked): Promise<boolean>;
  /**
   * Uses up a refresh token and puts its successor in its place. Within the grace a token whose successor has not been used gives the
   * same successor again; any other used one ends the session.
   */
  rotate(presented: PresentedToken, terms: RotationTerms): Promise<Rotation>;
  end(sessionId: string): Promise<void>;
  changePassword(change: PasswordChange): Promise<boolean>;
  /** Skips rows that another transaction has locked. @returns how many were deleted, at most `limit` */
  deleteExpired(before: Date, limit: number): Promise<number>;
}

/** Enough for every device of a person; a bound on what one account can store. */
export const MOST_SESSIONS = 50;

/** Called with the revoked sessions before COMMIT: if it fails, the transaction is rolled back. */
export type PublishRevoked = (sessionIds: readonly string[]) => Promise<void>;

interface NewSession {
  readonly id: string;
  readonly accountId: string;
  readonly createdAt: Date;
  readonly refreshToken: NewRefreshToken;
}

interface NewRefreshToken {
  readonly hash: Buffer;
  readonly expiresAt: Date;
}

export interface RotationTerms {
  readonly now: Date;
  /** Of the successor. */
  readonly expiresAt: Date;
  /** By the clock of MySQL, which is the same for all processes; milliseconds. */
  readonly graceMs: number;
}

type Rotation =
  | {
      /** `repeated`: the successor has been given before, and expires when it did. */
      readonly outcome: 'rotated' | 'repeated';
      readonly accountId: string;
      readonly successor: RefreshToken;
    }
  /** The token was used before: its session has ended now. */
  | { readonly outcome: 'reused' }
  /** Its session has ended before, or was purged. */
  | { readonly outcome: 'ended' }
  | { readonly outcome: 'expired' };

interface PasswordChange {
  readonly accountId: string;
  /** The change is made only while this is the account's, else it returns false; null: whatever that is. */
  readonly from: string | null;
  readonly to: string;
  /** Every other session of the account ends. */
  readonly keepSessionId: string | null;
  readonly publishRevoked: PublishRevoked;
}

export function createSessionRepository({ pool }: Database): SessionRepository {
  return {
    open: (session, passwordHash, publishRevoked) =>
      inTransaction(pool, async (connection) => {
        const accountId = uuidToBytes(session.accountId);
        if ((await lockPassword(connection, accountId)) !== passwordHash) return false;
        const others = await listSessions(connection, accountId);
        await revokeAll(connection, others.slice(MOST_SESSIONS - 1), publishRevoked);
        await connection.execute(
          'INSERT INTO session (id, account_id, created_at, token_hash, expires_at) VALUES (?, ?, ?, ?, ?)',
          [
            uuidToBytes(session.id),
            accountId,
            session.createdAt,
            session.refreshToken.hash,
            session.refreshToken.expiresAt,
          ],
        );
        return true;
      }),

    rotate: (presented, { now, expiresAt, graceMs }) =>
      inTransaction(pool, async (connection): Promise<Rotation> => {
        const id = uuidToBytes(presented.sessionId);
        const [[session]] = await connection.execute<SessionRow[]>(LOCK_SESSION, [id]);
        if (!session) return { outcome: 'ended' };
        const isCurrent = session.token_hash.equals(presented.hash);
        const given = isCurrent ? null : successorWithinGrace(presented, session, graceMs);
        if (!isCurrent && !given) {
          await connection.execute('DELETE FROM session WHERE id = ?', [id]);
          return { outcome: 'reused' };
        }
        if (session.expires_at <= now) return { outcome: 'expired' };
        const accountId = bytesToUuid(session.account_id);
        if (given) return { outcome: 'repeated', accountId, successor: given };

        const salt = newRotationSalt();
        const successor = presented.successor(salt);
        await connection.execute(ROTATE, [successor.hash, expiresAt, salt, id]);
        return { outcome: 'rotated', accountId, successor };
      }),

    end: async (sessionId) => {
      await inTransaction(pool, (connection) =>
        connection.execute('DELETE FROM session WHERE id = ?', [uuidToBytes(sessionId)]),
      );
    },

    changePassword: ({ accountId, from, to, keepSessionId, publishRevoked }) =>
      inTransaction(pool, async (connection) => {
        const id = uuidToBytes(accountId);
        const current = await lockPassword(connection, id);
        if (current === undefined || (from !== null && current !== from)) return false;
        await connection.execute('UPDATE account SET password_hash = ? WHERE id = ?', [to, id]);
        await revokeSessionsOf(connection, id, publishRevoked, keepSessionId);
        return true;
      }),

    deleteExpired: (before, limit) =>
      inTransaction(pool, async (connection) => {
        const [rows] = await connection.query<IdRow[]>(FIND_EXPIRED, [before, limit]);
        await deleteAll(
          connection,
          rows.map(({ id }) => id),
        );
        return rows.length;
      }),
  };
}

/** Forces the index: in a small table the servers choose a scan, which locks every row that it reads. */
export const FIND_EXPIRED = `SELECT id FROM session FORCE INDEX (session_expires)
  WHERE expires_at <= ? ORDER BY expires_at LIMIT ? FOR UPDATE SKIP LOCKED`;

type IdRow = RowDataPacket & { readonly id: Buffer };

interface SessionRow extends RowDataPacket {
  readonly account_id: Buffer;
  readonly token_hash: Buffer;
  readonly expires_at: Date;
  /** Null for a session that has not been refreshed. */
  readonly rotation_salt: Buffer | null;
  /** Since the last rotation; less than nothing where this statement waited for it. */
  readonly age_ms: number | null;
}

const LOCK_SESSION = `SELECT account_id, token_hash, expires_at, rotation_salt,
    TIMESTAMPDIFF(MICROSECOND, rotated_at, UTC_TIMESTAMP(3)) / 1000 AS age_ms
  FROM session WHERE id = ? FOR UPDATE`;

const ROTATE = `UPDATE session
  SET token_hash = ?, expires_at = ?, rotation_salt = ?, rotated_at = UTC_TIMESTAMP(3) WHERE id = ?`;

/** @returns the session's present token if it is the successor of this one and this one is within its grace, else null */
function successorWithinGrace(
  presented: PresentedToken,
  session: SessionRow,
  graceMs: number,
): RefreshToken | null {
  const { rotation_salt: salt, age_ms: ageMs, token_hash: current } = session;
  if (!salt || ageMs === null || Number(ageMs) >= graceMs) return null;
  const successor = presented.successor(salt);
  return successor.hash.equals(current) ? successor : null;
}

/** While this transaction lasts, the account opens no session and keeps its password. */
async function lockPassword(connection: PoolConnection, accountId: Buffer): Promise<string | undefined> {
  const [[account]] = await connection.execute<(RowDataPacket & { readonly password_hash: string })[]>(
    'SELECT password_hash FROM account WHERE id = ? FOR UPDATE',
    [accountId],
  );
  return account?.password_hash;
}

/** The sessions of an account, last refreshed first. Not locked: the account is, so none can be added. */
async function listSessions(connection: PoolConnection, accountId: Buffer): Promise<Buffer[]> {
  const [rows] = await connection.execute<IdRow[]>(
    'SELECT id FROM session WHERE account_id = ? ORDER BY expires_at DESC, id DESC',
    [accountId],
  );
  return rows.map(({ id }) => id);
}

/**
 * Revokes the sessions of an account, whose row the transaction has locked.
 *
 * @param keepSessionId one that stays
 */
export async function revokeSessionsOf(
  connection: PoolConnection,
  accountId: Buffer,
  publishRevoked: PublishRevoked,
  keepSessionId: string | null = null,
): Promise<void> {
  const sessions = await listSessions(connection, accountId);
  await revokeAll(
    connection,
    sessions.filter((session) => bytesToUuid(session) !== keepSessionId),
    publishRevoked,
  );
}

async function revokeAll(
  connection: PoolConnection,
  ids: readonly Buffer[],
  publishRevoked: PublishRevoked,
): Promise<void> {
  await deleteAll(connection, ids);
  if (ids.length > 0) await publishRevoked(ids.map(bytesToUuid));
}

async function deleteAll(connection: PoolConnection, ids: readonly Buffer[]): Promise<void> {
  if (ids.length === 0) return;
  await connection.query('DELETE s FROM session s FORCE INDEX (PRIMARY) WHERE s.id IN (?)', [ids]);
}
