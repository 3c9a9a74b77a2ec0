import { networkKeyOf } from '../personal-data/hashed-network.ts';
import type { RefreshSessionInput, RefreshSessionResult } from '../__generated__/resolvers-types.ts';
import type { UserContext } from '../context.ts';
import type { PresentedToken } from './refresh-tokens.ts';
import { invalidRefreshToken } from '../accounts/refusals.ts';
import { issueSession, refreshTokenExpiry } from './start-session.ts';

/**
 * Refresh token rotation with reuse detection (RFC 9700): a used token means that two parties had it, and which of them is legitimate
 * is unknown, so the session is revoked. Within a grace period a token gives the same successor again, until that is used, because a
 * legitimate client presents it twice: from two tabs at once, or after a lost response.
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
    logger.warn({ sessionId }, 'a used refresh token was presented: its session is revoked');
  // Published again if it has ended before: the process that ended it may have died before it published.
  if (rotation.outcome === 'reused' || rotation.outcome === 'ended')
    await services.revokedSessions.publish([sessionId]);
  if (rotation.outcome !== 'rotated' && rotation.outcome !== 'repeated') return invalidRefreshToken;

  const account = await accounts.load(rotation.accountId);
  if (!account) return invalidRefreshToken;
  return issueSession(account, sessionId, rotation.successor.token, services, now);
}
