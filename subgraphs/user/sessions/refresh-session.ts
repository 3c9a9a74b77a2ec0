import { networkKeyOf } from '../attempt-limits/hashed-network.ts';
import type { RefreshSessionInput, RefreshSessionResult } from '../__generated__/resolvers-types.ts';
import type { UserContext } from '../context.ts';
import type { PresentedToken } from './refresh-tokens.ts';
import { invalidRefreshToken } from '../accounts/refusals.ts';
import { issueSession, refreshTokenExpiry } from './start-session.ts';

/**
 * A used token means that two parties have had it, and which of them is a thief is not known: so the session ends. For some seconds a
 * token gives the same successor again, until that is used, because an honest client presents it twice: from two tabs at once, or
 * after an answer that was lost.
 */
export async function refreshSession(
  { refreshToken }: RefreshSessionInput,
  context: UserContext,
): Promise<RefreshSessionResult> {
  const presented = context.services.refreshTokens.read(refreshToken);
  if (!presented) return invalidRefreshToken;
  return context.services.refreshWork.run(networkKeyOf(context.identity), () => refresh(presented, context));
}

async function refresh(
  presented: PresentedToken,
  { services, accounts, logger }: UserContext,
): Promise<RefreshSessionResult> {
  const { sessionId } = presented;
  const now = new Date();
  const rotation = await services.sessions.rotate(presented, {
    now,
    expiresAt: refreshTokenExpiry(services, now),
    graceMs: services.refreshTokenGraceMs,
  });

  if (rotation.outcome === 'reused')
    logger.warn({ sessionId }, 'a used refresh token was presented: its session ends');
  // Of one that has ended before it is said again: perhaps whoever ended it did not live to say so.
  if (rotation.outcome === 'reused' || rotation.outcome === 'ended')
    await services.endedSessions.announce([sessionId]);
  if (rotation.outcome !== 'rotated' && rotation.outcome !== 'repeated') return invalidRefreshToken;

  const account = await accounts.load(rotation.accountId);
  if (!account) return invalidRefreshToken;
  return issueSession(account, sessionId, rotation.successor.token, services, now);
}
