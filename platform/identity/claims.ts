import type { Identity } from './identity.ts';

/** What is signed of one operation: in the identity header of a single one, in the body of a batch. */
export interface OperationClaims {
  /** User id, scopes separated by spaces, session id. */
  u?: string;
  s?: string;
  i?: string;
  /** Request id. */
  r: string;
  /** Remaining time until the caller's deadline, in milliseconds. */
  p?: number;
  /** When the request was received: milliseconds since 1970. */
  b?: number;
  /** Address of the client. */
  a?: string;
}

/** @param identity `remainingMs` from the moment of signing on */
export function claimsOf(identity: Identity): OperationClaims {
  const { caller, requestId, remainingMs, receivedAt, clientAddress } = identity;
  const claims: OperationClaims = { r: requestId };
  if (caller) {
    claims.u = caller.userId;
    if (caller.scopes.size > 0) claims.s = scopeClaimOf(caller.scopes);
    if (caller.sessionId) claims.i = caller.sessionId;
  }
  if (remainingMs !== null) claims.p = remainingMs;
  if (receivedAt !== undefined) claims.b = receivedAt;
  if (clientAddress) claims.a = clientAddress;
  return claims;
}

const scopeClaims = new WeakMap<ReadonlySet<string>, string>();

/** Joined once for each caller: verified tokens, and the callers in them, are cached. */
function scopeClaimOf(scopes: ReadonlySet<string>): string {
  let claim = scopeClaims.get(scopes);
  if (claim === undefined) scopeClaims.set(scopes, (claim = [...scopes].join(' ')));
  return claim;
}

/**
 * @param signedAt milliseconds since 1970, by the signer's clock
 * @param ageMs how long ago that is, which is subtracted from the remaining time
 */
export const identityOf = (claims: OperationClaims, signedAt: number, ageMs: number): Identity => ({
  caller: claims.u
    ? { userId: claims.u, scopes: new Set(claims.s?.split(' ') ?? []), sessionId: claims.i ?? null }
    : null,
  requestId: claims.r,
  remainingMs: claims.p === undefined ? null : Math.max(0, claims.p - ageMs),
  receivedAt: Math.min(claims.b ?? Number.POSITIVE_INFINITY, signedAt),
  ...(claims.a ? { clientAddress: claims.a } : {}),
});

export const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
export const isTextIfGiven = (value: unknown): boolean => value === undefined || isText(value);

export function isOperationClaims(value: unknown): value is OperationClaims {
  if (typeof value !== 'object' || value === null) return false;
  const { r, u, s, i, p, b, a } = value as Partial<Record<keyof OperationClaims, unknown>>;
  return (
    isText(r) &&
    isTextIfGiven(u) &&
    isTextIfGiven(s) &&
    isTextIfGiven(i) &&
    isTextIfGiven(a) &&
    (p === undefined || (typeof p === 'number' && p >= 0)) &&
    (b === undefined || Number.isSafeInteger(b))
  );
}
