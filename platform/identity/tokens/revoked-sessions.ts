import { LRUCache } from 'lru-cache';
import { createCoalescer } from '../../batching/coalescer.ts';
import { channelOf, parseEvent } from '../../events/event.ts';
import { sessionRevoked } from '../../events/session-revoked.ts';
import type { Logger } from '../../logger.ts';
import { OutageLog } from '../../outage-log.ts';
import { openRedis } from '../../redis/client.ts';
import { assertRedisUsable } from '../../redis/condition.ts';
import { subscribe } from '../../redis/subscription.ts';

/**
 * Sessions that were signed out or revoked while their access tokens are still good. The user subgraph writes the key
 * `{ended-session}:<sid>` under the prefix of the stores and then publishes the sid (`events/session-revoked.ts`).
 *
 * Without Redis it is not known which sessions are revoked: then tokens are accepted until they expire, some minutes later. Access tokens are
 * short-lived for this case, because a router that refused all of them would turn the loss of a cache into an outage.
 */
export interface RevokedSessions {
  /** Whether this process knows that the session is revoked. Costs one look-up in memory. */
  isKnown(sessionId: string): boolean;
  /** Reads Redis; `unknown` when it does not respond. */
  check(sessionId: string): Promise<'revoked' | 'active' | 'unknown'>;
  /** Rejects unless Redis responds and the subscription stands. */
  ping(): Promise<void>;
  close(): void;
}

export interface RevokedSessionsOptions {
  readonly redisUrl: string;
  readonly redisPrefix: string;
  readonly logger: Logger;
  /** Called when messages may have been missed: remembered results must be checked again. */
  readonly onGap: () => void;
}

/** The braces keep all of them on one node of a cluster, so that many can be read in one command. */
export const revokedSessionKey = (redisPrefix: string, sessionId: string): string =>
  `${redisPrefix}{ended-session}:${sessionId}`;

const MAX_KNOWN = 100_000;
const MAX_CHECKS_AT_ONCE = 500;
const COMMAND_TIMEOUT_MS = 500;

export function watchRevokedSessions({
  redisUrl,
  redisPrefix,
  logger,
  onGap,
}: RevokedSessionsOptions): RevokedSessions {
  const known = new LRUCache<string, true>({
    max: MAX_KNOWN,
    dispose: (_value, _sessionId, reason) => {
      if (reason === 'evict') onGap();
    },
  });

  const outage = new OutageLog({
    logger,
    begins: 'could not check whether a session is revoked',
    ends: 'sessions are checked for revocation again',
  });
  const options = { url: redisUrl, commandTimeoutMs: COMMAND_TIMEOUT_MS, logger };
  const redis = openRedis(options);
  const subscription = subscribe({
    ...options,
    channel: channelOf(sessionRevoked, redisPrefix),
    onMessage: (text) => {
      const sessionId = parseEvent(sessionRevoked, text);
      if (sessionId !== undefined) known.set(sessionId, true);
    },
    onGap,
  });
  // It reconnects for as long as the process lives, and no request waits for it.
  redis.connect().catch(() => undefined);

  // At the start of a sale most tokens are new: one command for all sessions that are checked at the moment (request batching).
  const checks = createCoalescer<string, boolean>(
    async (sessionIds) => {
      const values = await redis.mget(sessionIds.map((id) => revokedSessionKey(redisPrefix, id)));
      return values.map((value) => value !== null);
    },
    { maxItems: MAX_CHECKS_AT_ONCE },
  );

  return {
    isKnown: (sessionId) => known.has(sessionId),
    async check(sessionId) {
      if (redis.status !== 'ready') return 'unknown';
      try {
        const isRevoked = await checks.submit(sessionId);
        outage.worked();
        if (!isRevoked) return 'active';
        known.set(sessionId, true);
        return 'revoked';
      } catch (error) {
        outage.failed(error);
        return 'unknown';
      }
    },
    async ping() {
      await assertRedisUsable(redis);
      if (!subscription.isOpen) throw new Error('Not subscribed to revoked sessions.');
    },
    close() {
      redis.disconnect();
      subscription.close();
    },
  };
}
