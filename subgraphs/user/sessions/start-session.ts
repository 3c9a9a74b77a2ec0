import { v7 as uuidv7 } from 'uuid';
import type { User } from '../__generated__/resolvers-types.ts';
import type { Account } from '../accounts/account.ts';
import type { UserServices } from '../context.ts';
import { fullProfile } from '../accounts/visible-user.ts';

/** The tokens of a session, as they go out. */
export interface IssuedSession {
  readonly __typename: 'Session';
  readonly accessToken: string;
  readonly accessTokenExpiresAt: Date;
  readonly refreshToken: string;
  readonly user: User;
}

/**
 * Opens a session for an account whose password was just verified.
 *
 * @returns null when that password has been changed meanwhile
 */
export async function startSession(account: Account, services: UserServices): Promise<IssuedSession | null> {
  const now = new Date();
  const id = uuidv7();
  const refreshToken = {
    ...services.refreshTokens.make(id),
    expiresAt: refreshTokenExpiry(services, now),
  };
  const session = { id, accountId: account.id, createdAt: now, refreshToken };
  const { sessions, revokedSessions } = services;
  if (!(await sessions.open(session, account.passwordHash, revokedSessions.publish))) return null;
  return issueSession(account, id, refreshToken.token, services, now);
}

/** @param now when the token is given out */
export const refreshTokenExpiry = ({ refreshTokenLifetimeMs }: UserServices, now: Date): Date =>
  new Date(now.getTime() + refreshTokenLifetimeMs);

/** @param now when the session was known to be good */
export async function issueSession(
  account: Account,
  sessionId: string,
  refreshToken: string,
  { accessTokens, personal }: UserServices,
  now: Date,
): Promise<IssuedSession> {
  const access = await accessTokens.issue({ userId: account.id, role: account.role, sessionId }, now);
  return {
    __typename: 'Session',
    accessToken: access.token,
    accessTokenExpiresAt: access.expiresAt,
    refreshToken,
    user: fullProfile(account, personal),
  };
}
