import type { Logger } from '../../logger.ts';
import { createAuthenticator, type Authenticator } from './authenticator.ts';
import { watchEndedSessions, type EndedSessions } from './ended-sessions.ts';
import { createKeySet, type KeySet } from './key-set.ts';

/** Who asks, from access tokens, while this process lives. */
export interface AccessTokens extends Authenticator {
  /** Rejects unless it would be told of a session that ends. */
  ping(): Promise<void>;
  close(): void;
}

export interface AccessTokenSettings {
  readonly JWT_ISSUER: string;
  readonly JWT_AUDIENCE: string;
  readonly REDIS_URL: string;
  readonly REDIS_PREFIX: string;
}

/** @param keys where keys come from: the URL of a JSON Web Key Set, a set at hand, or null: no token is any good */
export function openAccessTokens(
  settings: AccessTokenSettings,
  keys: string | KeySet | null,
  logger: Logger,
): AccessTokens {
  const forget = () => authenticator.forget();
  const ended: EndedSessions = watchEndedSessions({
    redisUrl: settings.REDIS_URL,
    redisPrefix: settings.REDIS_PREFIX,
    logger,
    onGap: forget,
  });
  const authenticator = createAuthenticator({
    rules: { issuer: settings.JWT_ISSUER, audience: settings.JWT_AUDIENCE },
    keys: typeof keys === 'string' ? createKeySet({ url: keys, logger, onChange: forget }) : keys,
    ended,
  });
  return { ...authenticator, ping: () => ended.ping(), close: () => ended.close() };
}
