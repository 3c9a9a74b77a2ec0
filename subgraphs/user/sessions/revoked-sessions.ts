import { endedSessionKey } from '../../../platform/identity/tokens/ended-sessions.ts';
import type { Redis } from '../../../platform/redis/client.ts';

/**
 * Tells the router which sessions have ended before their access tokens have. A key per session, which lives as long
 * as an access token may, for routers that look later; a message for those that listen now.
 */
export interface EndedSessions {
  /** @throws when Redis did not take them all; announcing them again is harmless */
  readonly announce: (sessionIds: readonly string[]) => Promise<void>;
}

export function createEndedSessions(
  redis: Redis,
  prefix: string,
  accessTokenLifetimeMs: number,
): EndedSessions {
  return {
    announce: async (sessionIds) => {
      if (sessionIds.length === 0) return;
      await Promise.all(
        sessionIds.map(async (id) => {
          await redis.set(endedSessionKey(prefix, id), '1', 'PX', accessTokenLifetimeMs);
          await redis.publish(`${prefix}ended-sessions`, id);
        }),
      );
    },
  };
}
