import type { Caller } from '../identity.ts';
import { isUuid } from '../../uuid.ts';

export interface ClaimRules {
  readonly issuer: string;
  readonly audience: string;
}

export interface VerifiedToken {
  readonly caller: Caller;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** How far the issuer's clock may be ahead of this one, in milliseconds. */
const CLOCK_SKEW_MS = 5_000;

/** A scope token of RFC 6749, 3.3. */
const SCOPE = /^[\x21\x23-\x5B\x5D-\x7E]+$/;
const SESSION_ID = /^[A-Za-z0-9._-]{1,64}$/;

/**
 * What the claims of a token whose signature holds say. A signature proves who wrote them, not that they make sense:
 * a subject that is no UUID would travel on into headers, keys and SQL.
 *
 * @returns null when the token is not for us, not valid now, or not sound
 */
export function readClaims(
  claims: Readonly<Record<string, unknown>>,
  rules: ClaimRules,
  now: number,
): VerifiedToken | null {
  const { iss, aud, sub, exp, nbf, iat, scope = '', sid = null } = claims;
  if (iss !== rules.issuer) return null;
  if (Array.isArray(aud) ? !aud.includes(rules.audience) : aud !== rules.audience) return null;
  if (!isInstant(exp) || exp * 1_000 <= now) return null;
  if (![nbf, iat].every((begin) => begin === undefined || hasBegun(begin, now))) return null;
  if (typeof sub !== 'string' || !isUuid(sub)) return null;
  if (sid !== null && (typeof sid !== 'string' || !SESSION_ID.test(sid))) return null;
  if (typeof scope !== 'string') return null;
  const scopes = scope.split(' ').filter(Boolean);
  if (!scopes.every((one) => SCOPE.test(one))) return null;
  return { caller: { userId: sub, scopes: new Set(scopes), sessionId: sid }, expiresAt: exp * 1_000 };
}

const isInstant = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

const hasBegun = (value: unknown, now: number): boolean =>
  isInstant(value) && value * 1_000 <= now + CLOCK_SKEW_MS;
