/**
 * Providers sign ID tokens, logout tokens and security events with the keys that sign their access tokens. Only the last are accepted:
 * the others are issued for another recipient.
 */

/** `typ` of the header (RFC 7515, 4.1.9; RFC 9068), without `application/`. */
const HEADER_TYPES = new Set(['jwt', 'at+jwt']);

/** `typ` among the claims: Keycloak says `Bearer`, `ID`, `Refresh`, `Logout`; `DPoP` needs a proof that is not checked here. */
const CLAIMED_TYPES = new Set(['bearer', 'jwt', 'at+jwt', 'access', 'access_token']);

/** Claims that only an ID token has (OpenID Connect Core 1.0), unless the token says that it is an access token. */
const OF_ID_TOKENS = ['nonce', 'at_hash', 'c_hash', 's_hash'];

/** @param type `typ` of the header */
export function isAccessToken(type: unknown, claims: Readonly<Record<string, unknown>>): boolean {
  const headerType = type === undefined ? null : lowerCase(type)?.replace(/^application\//, '');
  if (headerType === undefined || (headerType !== null && !HEADER_TYPES.has(headerType))) return false;

  const { typ, token_use: use, events } = claims;
  if (typ !== undefined && !CLAIMED_TYPES.has(lowerCase(typ) ?? '')) return false;
  // Amazon Cognito.
  if (use !== undefined && use !== 'access') return false;
  // Of logout tokens (OpenID Connect Back-Channel Logout 1.0) and other security events (RFC 8417).
  if (events !== undefined) return false;

  const saysSo = headerType === 'at+jwt' || lowerCase(typ) === 'bearer' || use === 'access';
  return saysSo || !OF_ID_TOKENS.some((claim) => Object.hasOwn(claims, claim));
}

const lowerCase = (value: unknown): string | undefined =>
  typeof value === 'string' ? value.toLowerCase() : undefined;
