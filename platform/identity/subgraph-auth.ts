import { z } from 'zod';
import { onOff } from '../config/settings.ts';
import type { Logger } from '../logger.ts';
import { IdentityVerifier } from './identity-verifier.ts';
import { openAccessTokens, type AccessTokens, type AccessTokenSettings } from './tokens/access-tokens.ts';
import type { KeySet } from './tokens/key-set.ts';
import { tokenSettings } from './tokens/token-settings.ts';

const USER_KEYS = 'http://127.0.0.1:4001/.well-known/jwks.json';

/** How a subgraph authenticates its callers: settings of all three. */
export const subgraphAuthSettings = {
  /**
   * `signed`: only this system's own router is answered, by the identity that it signs. `jwt`: any federation router, by the
   * access token that it forwards from its client, and still every holder of the secret.
   */
  SUBGRAPH_AUTH: z.enum(['signed', 'jwt'], 'expected signed or jwt').default('signed'),
  /**
   * Whether a signed identity must name the process that it is sent to, so that no other process accepts it. `off` where a load
   * balancer gives several processes one address.
   */
  IDENTITY_PER_INSTANCE: onOff('on'),
  ...tokenSettings(['off'], USER_KEYS),
};

/**
 * @param atHand key sets that JWKS_URL names by a word
 * @returns null where access tokens do not count here
 */
export function openSubgraphTokens(
  settings: AccessTokenSettings & { readonly SUBGRAPH_AUTH: 'signed' | 'jwt'; readonly JWKS_URL: string },
  logger: Logger,
  atHand: Readonly<Record<string, KeySet>> = {},
): AccessTokens | null {
  if (settings.SUBGRAPH_AUTH === 'signed') return null;
  logger.warn(
    'SUBGRAPH_AUTH is jwt: any client that reaches this service can send it operations; only routers should reach it',
  );
  return openAccessTokens(settings, settings.JWKS_URL, logger, atHand);
}

/** @param secret of this subgraph */
export function openIdentityVerifier(
  subgraph: string,
  secret: string,
  { IDENTITY_PER_INSTANCE: perInstance }: { readonly IDENTITY_PER_INSTANCE: boolean },
  logger: Logger,
): IdentityVerifier {
  if (!perInstance)
    logger.warn(
      'IDENTITY_PER_INSTANCE is off: a signed identity can be used once at each process of this service',
    );
  return new IdentityVerifier({ subgraph, secret, perInstance });
}
