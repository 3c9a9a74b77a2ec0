import { publish } from '../../../platform/events/event.ts';
import { sessionRevoked } from '../../../platform/events/session-revoked.ts';
import { revokedSessionKey } from '../../../platform/identity/tokens/revoked-sessions.ts';
import type { Redis } from '../../../platform/redis/client.ts';

/**
 * Publishes revoked sessions to the verifiers of access tokens, because a token stays valid until it expires. A key per session, which
 * lives as long as an access token may, for processes that read it later; a message for those that are subscribed now.
 */
export interface RevokedSessions {
  /** Idempotent. @throws when Redis did not store them all */
  readonly publish: (sessionIds: readonly string[]) => Promise<void>;
}

export function createRevokedSessions(
  redis: Redis,
  prefix: string,
  accessTokenLifetimeMs: number,
): RevokedSessions {
  return {
    publish: async (sessionIds) => {
      if (sessionIds.length === 0) return;
      await Promise.all(
        sessionIds.map(async (id) => {
          await redis.set(revokedSessionKey(prefix, id), '1', 'PX', accessTokenLifetimeMs);
          await publish(redis, prefix, sessionRevoked, id);
        }),
      );
    },
  };
}
