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
 * Without Redis nobody can tell: then tokens count as good until they expire, some minutes later. Access tokens are
 * short-lived for this very case, and a router that refused everybody would turn a lost cache into a closed shop.
 */
export interface RevokedSessions {
  /** What this process has been told. Costs one look-up in memory. */
  isKnown(sessionId: string): boolean;
  /** Asks Redis; `unknown` when it does not answer. */
  look(sessionId: string): Promise<'ended' | 'open' | 'unknown'>;
  /** Rejects unless Redis answers and tells of sessions that end. */
  ping(): Promise<void>;
  close(): void;
}

export interface RevokedSessionsOptions {
  readonly redisUrl: string;
  readonly redisPrefix: string;
  readonly logger: Logger;
  /** Called when a session may have ended without this process being told: what is remembered must be looked up again. */
  readonly onGap: () => void;
}

/** The braces keep all of them on one node of a cluster, so that many can be looked up in one command. */
export const revokedSessionKey = (redisPrefix: string, sessionId: string): string =>
  `${redisPrefix}{ended-session}:${sessionId}`;

const MAX_KNOWN = 100_000;
const MAX_LOOKS_AT_ONCE = 500;
const PATIENCE_MS = 500;

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
    begins: 'could not look up whether a session has ended',
    ends: 'whether a session has ended is looked up again',
  });
  const options = { url: redisUrl, commandTimeoutMs: PATIENCE_MS, logger };
  const asking = openRedis(options);
  const listening = subscribe({
    ...options,
    channel: channelOf(sessionRevoked, redisPrefix),
    onMessage: (text) => {
      const sessionId = parseEvent(sessionRevoked, text);
      if (sessionId !== undefined) known.set(sessionId, true);
    },
    onGap,
  });
  // It keeps trying for as long as the process lives, and no request waits for it.
  asking.connect().catch(() => undefined);

  // In a rush most tokens are new: one command for all whose sessions are asked for at the moment.
  const looks = createCoalescer<string, boolean>(
    async (sessionIds) => {
      const values = await asking.mget(sessionIds.map((id) => revokedSessionKey(redisPrefix, id)));
      return values.map((value) => value !== null);
    },
    { maxItems: MAX_LOOKS_AT_ONCE },
  );

  return {
    isKnown: (sessionId) => known.has(sessionId),
    async look(sessionId) {
      if (asking.status !== 'ready') return 'unknown';
      try {
        const hasEnded = await looks.ask(sessionId);
        outage.worked();
        if (!hasEnded) return 'open';
        known.set(sessionId, true);
        return 'ended';
      } catch (error) {
        outage.failed(error);
        return 'unknown';
      }
    },
    async ping() {
      await assertRedisUsable(asking);
      if (!listening.isOpen) throw new Error('Not subscribed to ended sessions.');
    },
    close() {
      asking.disconnect();
      listening.close();
    },
  };
}
