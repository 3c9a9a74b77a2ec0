import type { PoolConnection, RowDataPacket } from 'mysql2/promise';
import type { Database } from '../../platform/mysql/database.ts';
import { inTransaction } from '../../platform/mysql/transaction.ts';
import { bytesToUuid, uuidToBytes } from '../../platform/uuid.ts';

/**
 * Sessions and their refresh tokens. A session is the family of all refresh tokens that came from one sign-in; access
 * tokens name it. What two requests may do at once is decided by row locks, in the order account, token, session.
 */
export interface SessionRepository {
  /** @returns false when `passwordHash` is not the account's any more: the password was changed since it was proven */
  open(session: NewSession, passwordHash: string): Promise<boolean>;
  /** Uses up a refresh token and puts its successor in its place. A used one ends the session. */
  rotate(tokenHash: Buffer, successor: NewRefreshToken, now: Date): Promise<Rotation>;
  end(sessionId: string, now: Date): Promise<void>;
  changePassword(change: PasswordChange): Promise<boolean>;
}

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

type Rotation =
  | { readonly outcome: 'rotated'; readonly sessionId: string; readonly accountId: string }
  | { readonly outcome: 'reused'; readonly sessionId: string }
  | { readonly outcome: 'refused' };

interface PasswordChange {
  readonly accountId: string;
  /** The change is made only while this is the account's; else it returns false. */
  readonly from: string;
  readonly to: string;
  /** Every other session of the account ends. */
  readonly keepSessionId: string | null;
  readonly now: Date;
  /** Called with the sessions that end, before COMMIT: if it fails, nothing was changed. */
  readonly announce: (sessionIds: readonly string[]) => Promise<void>;
}

export function createSessionRepository({ pool }: Database): SessionRepository {
  return {
    open: (session, passwordHash) =>
      inTransaction(pool, async (connection) => {
        const [[account]] = await connection.execute<(RowDataPacket & { password_hash: string })[]>(
          'SELECT password_hash FROM account WHERE id = ? FOR UPDATE',
          [uuidToBytes(session.accountId)],
        );
        if (account?.password_hash !== passwordHash) return false;
        await connection.execute('INSERT INTO session (id, account_id, created_at) VALUES (?, ?, ?)', [
          uuidToBytes(session.id),
          uuidToBytes(session.accountId),
          session.createdAt,
        ]);
        await insertToken(connection, uuidToBytes(session.id), session.refreshToken);
        return true;
      }),

    rotate: (tokenHash, successor, now) =>
      inTransaction(pool, async (connection) => {
        const token = await lockToken(connection, tokenHash);
        if (!token) return { outcome: 'refused' };
        const sessionId = bytesToUuid(token.session_id);
        if (token.used_at) {
          await endSession(connection, token.session_id, now);
          return { outcome: 'reused', sessionId };
        }
        if (token.ended_at || token.expires_at <= now) return { outcome: 'refused' };

        await connection.execute('UPDATE refresh_token SET used_at = ? WHERE token_hash = ?', [
          now,
          tokenHash,
        ]);
        await insertToken(connection, token.session_id, successor);
        // Expired ones are refused whether they were used or not, so nothing needs to know them any more.
        await connection.execute('DELETE FROM refresh_token WHERE session_id = ? AND expires_at <= ?', [
          token.session_id,
          now,
        ]);
        return { outcome: 'rotated', sessionId, accountId: bytesToUuid(token.account_id) };
      }),

    end: (sessionId, now) =>
      inTransaction(pool, (connection) => endSession(connection, uuidToBytes(sessionId), now)),

    changePassword: (change) => inTransaction(pool, (connection) => changePassword(connection, change)),
  };
}

interface TokenRow extends RowDataPacket {
  readonly session_id: Buffer;
  readonly account_id: Buffer;
  readonly used_at: Date | null;
  readonly expires_at: Date;
  readonly ended_at: Date | null;
}

async function lockToken(connection: PoolConnection, tokenHash: Buffer): Promise<TokenRow | undefined> {
  const [[token]] = await connection.execute<TokenRow[]>(
    `SELECT token.session_id, session.account_id, token.used_at, token.expires_at, session.ended_at
       FROM refresh_token token JOIN session ON session.id = token.session_id
      WHERE token.token_hash = ? FOR UPDATE`,
    [tokenHash],
  );
  return token;
}

async function insertToken(
  connection: PoolConnection,
  sessionId: Buffer,
  token: NewRefreshToken,
): Promise<void> {
  await connection.execute(
    'INSERT INTO refresh_token (token_hash, session_id, expires_at) VALUES (?, ?, ?)',
    [token.hash, sessionId, token.expiresAt],
  );
}

async function endSession(connection: PoolConnection, sessionId: Buffer, now: Date): Promise<void> {
  await connection.execute('UPDATE session SET ended_at = ? WHERE id = ? AND ended_at IS NULL', [
    now,
    sessionId,
  ]);
}

async function changePassword(connection: PoolConnection, change: PasswordChange): Promise<boolean> {
  const accountId = uuidToBytes(change.accountId);
  const [[account]] = await connection.execute<(RowDataPacket & { password_hash: string })[]>(
    'SELECT password_hash FROM account WHERE id = ? FOR UPDATE',
    [accountId],
  );
  if (account?.password_hash !== change.from) return false;
  await connection.execute('UPDATE account SET password_hash = ? WHERE id = ?', [change.to, accountId]);

  const [rows] = await connection.execute<(RowDataPacket & { id: Buffer })[]>(
    'SELECT id FROM session WHERE account_id = ? AND ended_at IS NULL FOR UPDATE',
    [accountId],
  );
  const others = rows.map(({ id }) => bytesToUuid(id)).filter((id) => id !== change.keepSessionId);
  for (const id of others) await endSession(connection, uuidToBytes(id), change.now);
  await change.announce(others);
  return true;
}
