import { createHmac, createSecretKey, hash, randomBytes, timingSafeEqual, type KeyObject } from 'node:crypto';
import type { Identity } from './identity.ts';

/**
 * The value of the identity header: `<MAC>.<claims in JSON>`, where the MAC is HMAC-SHA-256 (RFC 2104) in base64url over the name
 * of the subgraph and the claims. The claims hold the hash of the request's body, so a subgraph can refuse a forged header before
 * it reads a body, and a body that was exchanged once it has read it.
 */

/** What a caller of one subgraph and that subgraph share. */
export interface IdentityKey {
  /** The audience: an identity signed for one subgraph is not accepted by another, even under the same secret. */
  readonly subgraph: string;
  readonly key: KeyObject;
}

/** What was signed, and is genuine. */
export interface SignedIdentity {
  readonly identity: Identity;
  /** Of the request's body, as `bodyHashOf` has it. */
  readonly bodyHash: string;
  /** No other signed identity has it. */
  readonly nonce: string;
  /** Not valid after: milliseconds since 1970 by the signer's clock. */
  readonly expiresAt: number;
  /** The instance of the subgraph for which it was signed; null: any. */
  readonly instanceId: string | null;
}

/** How long a signed identity is valid, and by how much the clock of the signer may be ahead, in milliseconds. */
export const LIFETIME_MS = 30_000;

interface Claims {
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
  /** Hash of the body. */
  h: string;
  nonce: string;
  /** Id of the instance. */
  to?: string;
  /** Not valid after: milliseconds since 1970. */
  x: number;
}

export const identityKey = (subgraph: string, secret: string): IdentityKey => ({
  subgraph,
  key: createSecretKey(Buffer.from(secret, 'utf8')),
});

/** SHA-256 of the body in UTF-8, in base64url. */
export const bodyHashOf = (body: string): string => hash('sha256', body, 'base64url');

/** @param instanceId null: not known yet; an instance that has to be named answers with its id */
export function signIdentity(
  { subgraph, key }: IdentityKey,
  identity: Identity,
  bodyHash: string,
  instanceId: string | null,
  now = Date.now(),
): string {
  const { caller, patienceMs, receivedAt, clientAddress } = identity;
  const claims: Claims = { x: now + LIFETIME_MS, nonce: nextNonce(), h: bodyHash, r: identity.requestId };
  if (instanceId !== null) claims.to = instanceId;
  if (caller) {
    claims.u = caller.userId;
    if (caller.scopes.size > 0) claims.s = scopeClaimOf(caller.scopes);
    if (caller.sessionId) claims.i = caller.sessionId;
  }
  if (patienceMs !== null) claims.p = patienceMs;
  if (receivedAt !== undefined) claims.b = receivedAt;
  if (clientAddress) claims.a = clientAddress;
  const text = asciiJson(claims);
  return `${macOf(subgraph, key, text)}.${text}`;
}

const scopeClaims = new WeakMap<ReadonlySet<string>, string>();

/** Joined once for each caller: verified tokens, and the callers in them, are cached. */
function scopeClaimOf(scopes: ReadonlySet<string>): string {
  let claim = scopeClaims.get(scopes);
  if (claim === undefined) scopeClaims.set(scopes, (claim = [...scopes].join(' ')));
  return claim;
}

/**
 * The caller has been waiting since it signed: what the request spent on the way, or in the queue of a process that was frozen, is
 * subtracted from its remaining time. Where the clocks differ, so is that difference; a clock behind the caller's subtracts nothing.
 *
 * @returns null for a header that is missing or malformed, was not signed with this key for this subgraph, or is not valid now
 */
export function verifyIdentity(
  { subgraph, key }: IdentityKey,
  header: string | undefined,
  now = Date.now(),
): SignedIdentity | null {
  if (header?.charAt(MAC_LENGTH) !== '.') return null;
  const text = header.slice(MAC_LENGTH + 1);
  const presented = Buffer.from(header.slice(0, MAC_LENGTH), 'latin1');
  if (!timingSafeEqual(presented, Buffer.from(macOf(subgraph, key, text), 'latin1'))) return null;

  const claims = parseClaims(text);
  // The second bound keeps an expiry short, also one that a caller chose.
  if (!claims || claims.x < now || claims.x > now + 2 * LIFETIME_MS) return null;
  const ageMs = Math.max(0, now - (claims.x - LIFETIME_MS));
  return {
    identity: identityOf(claims, ageMs),
    bodyHash: claims.h,
    nonce: claims.nonce,
    expiresAt: claims.x,
    instanceId: claims.to ?? null,
  };
}

/** How long ago it was signed, in milliseconds; less than nothing where the clock of the signer is ahead. */
export const ageOf = ({ expiresAt }: SignedIdentity, now = Date.now()): number =>
  now - (expiresAt - LIFETIME_MS);

const identityOf = (claims: Claims, ageMs: number): Identity => ({
  caller: claims.u
    ? { userId: claims.u, scopes: new Set(claims.s?.split(' ') ?? []), sessionId: claims.i ?? null }
    : null,
  requestId: claims.r,
  patienceMs: claims.p === undefined ? null : Math.max(0, claims.p - ageMs),
  receivedAt: Math.min(claims.b ?? Number.POSITIVE_INFINITY, claims.x - LIFETIME_MS),
  ...(claims.a ? { clientAddress: claims.a } : {}),
});

/** 32 bytes in base64url. */
const MAC_LENGTH = 43;

const macOf = (subgraph: string, key: KeyObject, text: string): string =>
  createHmac('sha256', key).update(`${subgraph}\n${text}`).digest('base64url');

// Unique rather than unpredictable, since it is signed: a counter under a prefix that no other process has costs no entropy per request.
const noncePrefix = randomBytes(12).toString('base64url');
let signed = 0;
const nextNonce = (): string => `${noncePrefix}${(signed++).toString(36)}`;

/** JSON that may stand in a header as it is: base64 would cost both sides more than the escapes that hardly ever occur. */
const asciiJson = (claims: Claims): string =>
  JSON.stringify(claims).replace(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

function parseClaims(text: string): Claims | null {
  try {
    const claims: unknown = JSON.parse(text);
    return isClaims(claims) ? claims : null;
  } catch {
    return null;
  }
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
const isTextIfGiven = (value: unknown): boolean => value === undefined || isText(value);

function isClaims(value: unknown): value is Claims {
  if (typeof value !== 'object' || value === null) return false;
  const { x, nonce, h, r, to, u, s, i, p, b, a } = value as Partial<Record<keyof Claims, unknown>>;
  return (
    Number.isSafeInteger(x) &&
    [nonce, h, r].every(isText) &&
    [to, u, s, i, a].every(isTextIfGiven) &&
    (p === undefined || (typeof p === 'number' && p >= 0)) &&
    (b === undefined || Number.isSafeInteger(b))
  );
}
