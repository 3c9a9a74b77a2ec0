import type { SessionRepository } from './session-repository.ts';

interface PurgeDependencies {
  readonly sessions: Pick<SessionRepository, 'deleteExpired'>;
  readonly accessTokens: { readonly lifetimeMs: number };
}

/** Sessions per transaction, and transactions per run: a backlog is deleted in small steps that block no sign-in for long. */
const BATCH = 500;
const MAX_BATCHES = 20;

/**
 * Deletes sessions whose refresh token has expired, and whose last access token has expired, too: until then the row can still
 * matter. A periodic job; any number of processes may run it at once.
 */
export async function purgeExpiredSessions({ sessions, accessTokens }: PurgeDependencies): Promise<void> {
  const before = new Date(Date.now() - accessTokens.lifetimeMs);
  for (let batch = 0; batch < MAX_BATCHES; batch++) {
    if ((await sessions.deleteExpired(before, BATCH)) < BATCH) return;
  }
}
