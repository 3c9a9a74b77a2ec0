import type { Caller } from '../identity.ts';
import type { TokenCheck } from './refused-token.ts';
import { scopesOf } from './scopes.ts';
import { sessionIdOf, userIdOf, type IdRule } from './subject.ts';

export interface ClaimRules {
  readonly issuer: string;
  /** The token names one of these as an audience; null among them: or none at all. */
  readonly audiences: readonly (string | null)[];
  /** The token was made for one of these clients; none: for any. */
  readonly clients: readonly string[];
  /** Claims that hold scopes, as `scopesOf` reads them. */
  readonly scopeClaims: readonly string[];
  readonly ids: IdRule;
}

export interface VerifiedToken {
  readonly caller: Caller;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/**
 * How far the issuer's clock may be ahead of this one, in milliseconds: a token that is refused because it is not valid yet cannot be
 * replaced by its client. An expiry has no such tolerance: every token would be good for longer, those of ended sessions included, and
 * a client whose token is refused as expired gets another one.
 */
const CLOCK_SKEW_MS = 60_000;

/** Who a token was made for: RFC 9068 and Cognito, OpenID Connect, Okta, Entra ID 1.0. */
const CLIENT_CLAIMS = ['client_id', 'azp', 'cid', 'appid'];

/**
 * Validates the claims of a token whose signature is valid. A signature proves who wrote them, not that they are well-formed: a subject with
 * a line break would reach headers, keys and SQL. `iat` is when the token was issued and does not limit when it may be used.
 *
 * @returns the check that fails when the token is not for us, not valid now, or not sound
 */
export function readClaims(
  claims: Readonly<Record<string, unknown>>,
  rules: ClaimRules,
  now: number,
): VerifiedToken | TokenCheck {
  const { iss, aud, sub, exp, nbf, iat, sid = null } = claims;
  if (iss !== rules.issuer) return 'issuer';
  if (!isFor(aud, rules.audiences)) return 'audience';
  if (!isOfClient(claims, rules.clients)) return 'client';
  if (!isInstant(exp) || (nbf !== undefined && !isInstant(nbf)) || (iat !== undefined && !isInstant(iat)))
    return 'claim';
  if (exp * 1_000 <= now) return 'expired';
  if (nbf !== undefined && nbf * 1_000 > now + CLOCK_SKEW_MS) return 'not yet valid';

  const userId = userIdOf(rules.issuer, sub, rules.ids);
  const sessionId = sid === null ? null : sessionIdOf(rules.issuer, sid, rules.ids);
  const scopes = scopesOf(claims, rules.scopeClaims);
  if (userId === null || (sid !== null && sessionId === null) || !scopes) return 'claim';
  return { caller: { userId, scopes, sessionId }, expiresAt: exp * 1_000 };
}

function isFor(aud: unknown, audiences: readonly (string | null)[]): boolean {
  if (aud === undefined) return audiences.includes(null);
  return (Array.isArray(aud) ? aud : [aud]).some((one) => typeof one === 'string' && audiences.includes(one));
}

const isOfClient = (claims: Readonly<Record<string, unknown>>, clients: readonly string[]): boolean =>
  clients.length === 0 ||
  CLIENT_CLAIMS.some((name) => {
    const client = claims[name];
    return typeof client === 'string' && clients.includes(client);
  });

const isInstant = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
