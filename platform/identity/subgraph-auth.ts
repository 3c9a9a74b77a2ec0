import { z } from 'zod';
import { httpUrl } from '../config/settings.ts';
import type { Logger } from '../logger.ts';
import { openAccessTokens, type AccessTokens, type AccessTokenSettings } from './tokens/access-tokens.ts';
import type { KeySet } from './tokens/key-set.ts';

const USER_KEYS = 'http://127.0.0.1:4001/.well-known/jwks.json';

/** How a subgraph finds out who asks: settings of all three. */
export const subgraphAuthSettings = {
  /**
   * `signed`: only this system's own router is answered, by the identity that it signs. `jwt`: any federation router, by the
   * access token of its client that it passes on; and still whoever holds the secret.
   */
  SUBGRAPH_AUTH: z.enum(['signed', 'jwt'], 'expected signed or jwt').default('signed'),
  JWKS_URL: z.union([z.literal('off'), httpUrl(USER_KEYS)]).default(USER_KEYS),
  JWT_ISSUER: z.string().default('firstcome'),
  JWT_AUDIENCE: z.string().default('firstcome'),
};

/**
 * @param keys in the place of those at JWKS_URL
 * @returns null where access tokens say nothing here
 */
export function openSubgraphTokens(
  settings: AccessTokenSettings & { readonly SUBGRAPH_AUTH: 'signed' | 'jwt'; readonly JWKS_URL: string },
  logger: Logger,
  keys: string | KeySet | null = settings.JWKS_URL === 'off' ? null : settings.JWKS_URL,
): AccessTokens | null {
  if (settings.SUBGRAPH_AUTH === 'signed') return null;
  logger.warn('SUBGRAPH_AUTH is jwt: whoever reaches this service may ask it; only routers should');
  return openAccessTokens(settings, keys, logger);
}
