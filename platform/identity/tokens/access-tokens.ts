import { listOf } from '../../config/list-of.ts';
import type { Logger } from '../../logger.ts';
import { createAuthenticator, type Authenticator } from './authenticator.ts';
import { watchRevokedSessions, type RevokedSessions } from './revoked-sessions.ts';
import { createKeySet, type KeySet } from './key-set.ts';
import { oneForEach, trustedIssuers, type IssuerSettings } from './trusted-issuers.ts';

/** The callers of access tokens, while this process lives. */
export interface AccessTokens extends Authenticator {
  /** Rejects unless revoked sessions would be received. */
  ping(): Promise<void>;
  close(): void;
}

export interface AccessTokenSettings extends IssuerSettings {
  readonly REDIS_URL: string;
  readonly REDIS_PREFIX: string;
}

/**
 * @param keySets the setting JWKS_URL; `off`: no token is accepted
 * @param atHand key sets that JWKS_URL names by a word
 * @throws {ConfigurationError} when the settings do not fit each other
 */
export function openAccessTokens(
  settings: AccessTokenSettings,
  keySets: string,
  logger: Logger,
  atHand: Readonly<Record<string, KeySet>> = {},
): AccessTokens {
  const forget = () => authenticator.forget();
  const fetched = new Map<string, KeySet>();
  const keySetAt = (source: string): KeySet => {
    const keySet =
      atHand[source] ?? fetched.get(source) ?? createKeySet({ url: source, logger, onChange: forget });
    fetched.set(source, keySet);
    return keySet;
  };
  const issuers = trustedIssuers(settings, (place, count) =>
    keySets === 'off' ? null : keySetAt(oneForEach('JWKS_URL', listOf(keySets), count)[place]!),
  );
  const ended: RevokedSessions = watchRevokedSessions({
    redisUrl: settings.REDIS_URL,
    redisPrefix: settings.REDIS_PREFIX,
    logger,
    onGap: forget,
  });
  const authenticator = createAuthenticator({ issuers, ended });
  return { ...authenticator, ping: () => ended.ping(), close: () => ended.close() };
}
