import type { RefreshSessionInput, RefreshSessionResult } from './__generated__/resolvers-types.ts';
import type { UserContext } from './context.ts';
import { hashRefreshToken } from './refresh-tokens.ts';
import { invalidRefreshToken } from './refusals.ts';
import { issueSession, newRefreshToken } from './start-session.ts';

/** A used token means that two parties have had it, and nobody can tell which is the thief: so the session ends. */
export async function refreshSession(
  { refreshToken }: RefreshSessionInput,
  { services, accounts, logger }: UserContext,
): Promise<RefreshSessionResult> {
  const now = new Date();
  const successor = newRefreshToken(services, now);
  const rotation = await services.sessions.rotate(hashRefreshToken(refreshToken), successor, now);

  if (rotation.outcome === 'reused') {
    logger.warn({ sessionId: rotation.sessionId }, 'a used refresh token was presented: its session ends');
    await services.endedSessions.announce([rotation.sessionId]);
  }
  if (rotation.outcome !== 'rotated') return invalidRefreshToken;

  const account = await accounts.load(rotation.accountId);
  if (!account) return invalidRefreshToken;
  return issueSession(account, rotation.sessionId, successor.token, services, now);
}
