import type { SessionRepository } from './session-repository.ts';

interface Forgetting {
  readonly sessions: Pick<SessionRepository, 'forgetExpired'>;
  readonly accessTokens: { readonly lifetimeMs: number };
}

/** Sessions in one transaction, and transactions in one round: a backlog is worked off without holding up anybody. */
const BATCH = 500;
const MOST_BATCHES = 20;

/**
 * Forgets sessions that nobody can refresh any more and whose last access token has expired, too, so that a row that could
 * still matter to somebody stays. Any number of processes may do this at once.
 */
export async function forgetSessions(
  { sessions, accessTokens }: Forgetting,
  now = Date.now(),
): Promise<void> {
  const before = new Date(now - accessTokens.lifetimeMs);
  for (let batch = 0; batch < MOST_BATCHES; batch++) {
    if ((await sessions.forgetExpired(before, BATCH)) < BATCH) return;
  }
}
