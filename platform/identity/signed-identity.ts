import { createHmac, createSecretKey, hash, randomBytes, timingSafeEqual, type KeyObject } from 'node:crypto';
import {
  claimsOf,
  identityOf,
  isOperationClaims,
  isText,
  isTextIfGiven,
  type OperationClaims,
} from './claims.ts';
import type { Identity } from './identity.ts';

/**
 * The value of the identity header: `<MAC>.<claims in JSON>`, where the MAC is HMAC-SHA-256 (RFC 2104) in base64url over the name
 * of the subgraph and the claims. The claims hold the hash of the request's body, so a subgraph can refuse a forged header before
 * it reads a body, and a body that was exchanged once it has read it. A batch has one such header for all of its operations, whose callers
 * are named in its body; the claims state that it is a batch, so neither kind is accepted in the place of the other.
 */

/** What a caller of one subgraph and that subgraph share. */
export interface IdentityKey {
  /** The audience: an identity signed for one subgraph is not accepted by another, even under the same secret. */
  readonly subgraph: string;
  readonly key: KeyObject;
}

/** A header that is genuine. */
export interface SignedHeader {
  /** Of the request's body, as `bodyHashOf` has it. */
  readonly bodyHash: string;
  /** No other signed identity has it. */
  readonly nonce: string;
  /** Not valid after: milliseconds since 1970 by the signer's clock. */
  readonly expiresAt: number;
  /** The instance of the subgraph for which it was signed; null: any. */
  readonly instanceId: string | null;
}

/** Of a single operation. */
export interface SignedIdentity extends SignedHeader {
  readonly identity: Identity;
}

/** Of several operations in one request. */
export interface SignedBatch extends SignedHeader {
  /** How many there are. */
  readonly operations: number;
  /** The identity of one of them, by its claims in the body. */
  identityOf(claims: OperationClaims): Identity;
}

/** How long a signed identity is valid, and by how much the clock of the signer may be ahead, in milliseconds. */
export const LIFETIME_MS = 30_000;

interface HeaderClaims {
  /** Request id; of a batch, that of its first operation. */
  r: string;
  /** Hash of the body. */
  h: string;
  nonce: string;
  /** Id of the instance. */
  to?: string;
  /** Not valid after: milliseconds since 1970. */
  x: number;
  /** How many operations the body of a batch has; left out of a single one. */
  n?: number;
}

type Claims = HeaderClaims & OperationClaims;

export const identityKey = (subgraph: string, secret: string): IdentityKey => ({
  subgraph,
  key: createSecretKey(Buffer.from(secret, 'utf8')),
});

/** SHA-256 of the body in UTF-8, in base64url. */
export const bodyHashOf = (body: string): string => hash('sha256', body, 'base64url');

/** @param instanceId null: not known yet; an instance that has to be named answers with its id */
export const signIdentity = (
  key: IdentityKey,
  identity: Identity,
  bodyHash: string,
  instanceId: string | null,
  now = Date.now(),
): string => sign(key, { ...headerClaims(bodyHash, instanceId, now), ...claimsOf(identity) });

/**
 * One header for several operations, whose own claims are in the body.
 *
 * @param requestId of the first of them
 * @param instanceId as for `signIdentity`
 */
export const signBatch = (
  key: IdentityKey,
  { operations, requestId }: { readonly operations: number; readonly requestId: string },
  bodyHash: string,
  instanceId: string | null,
  now = Date.now(),
): string => sign(key, { ...headerClaims(bodyHash, instanceId, now), r: requestId, n: operations });

const headerClaims = (bodyHash: string, instanceId: string | null, now: number): Omit<HeaderClaims, 'r'> => ({
  x: now + LIFETIME_MS,
  nonce: nextNonce(),
  h: bodyHash,
  ...(instanceId === null ? {} : { to: instanceId }),
});

function sign({ subgraph, key }: IdentityKey, claims: HeaderClaims): string {
  const text = asciiJson(claims);
  return `${macOf(subgraph, key, text)}.${text}`;
}

/**
 * The caller has been waiting since it signed: what the request spent on the way, or in the queue of a process that was frozen, is
 * subtracted from its remaining time. Where the clocks differ, so is that difference; a clock behind the caller's subtracts nothing.
 *
 * @returns null for a header that is missing or malformed, was not signed with this key for this subgraph, is not valid now, or is that of a batch
 */
export function verifyIdentity(
  key: IdentityKey,
  header: string | undefined,
  now = Date.now(),
): SignedIdentity | null {
  const claims = verifyHeader(key, header, now);
  if (!claims || claims.n !== undefined) return null;
  return {
    ...signedHeader(claims),
    identity: identityOf(claims, claims.x - LIFETIME_MS, agedMs(claims, now)),
  };
}

/** As `verifyIdentity`, for the header of a batch. @returns null for that of a single operation, too */
export function verifyBatch(
  key: IdentityKey,
  header: string | undefined,
  now = Date.now(),
): SignedBatch | null {
  const claims = verifyHeader(key, header, now);
  if (claims?.n === undefined) return null;
  const ageMs = agedMs(claims, now);
  return {
    ...signedHeader(claims),
    operations: claims.n,
    identityOf: (one) => identityOf(one, claims.x - LIFETIME_MS, ageMs),
  };
}

function verifyHeader(
  { subgraph, key }: IdentityKey,
  header: string | undefined,
  now: number,
): Claims | null {
  if (header?.charAt(MAC_LENGTH) !== '.') return null;
  const text = header.slice(MAC_LENGTH + 1);
  const presented = Buffer.from(header.slice(0, MAC_LENGTH), 'latin1');
  if (!timingSafeEqual(presented, Buffer.from(macOf(subgraph, key, text), 'latin1'))) return null;

  const claims = parseClaims(text);
  // The second bound keeps an expiry short, also one that a caller chose.
  return claims && claims.x >= now && claims.x <= now + 2 * LIFETIME_MS ? claims : null;
}

const signedHeader = (claims: Claims): SignedHeader => ({
  bodyHash: claims.h,
  nonce: claims.nonce,
  expiresAt: claims.x,
  instanceId: claims.to ?? null,
});

const agedMs = ({ x }: Claims, now: number): number => Math.max(0, now - (x - LIFETIME_MS));

/** How long ago it was signed, in milliseconds; less than nothing where the clock of the signer is ahead. */
export const ageOf = ({ expiresAt }: SignedHeader): number => Date.now() - (expiresAt - LIFETIME_MS);

/** 32 bytes in base64url. */
const MAC_LENGTH = 43;

const macOf = (subgraph: string, key: KeyObject, text: string): string =>
  createHmac('sha256', key).update(`${subgraph}\n${text}`).digest('base64url');

// Unique rather than unpredictable, since it is signed: a counter under a prefix that no other process has costs no entropy per request.
const noncePrefix = randomBytes(12).toString('base64url');
let signed = 0;
const nextNonce = (): string => `${noncePrefix}${(signed++).toString(36)}`;

/** JSON that may stand in a header as it is: base64 would cost both sides more than the escapes that hardly ever occur. */
const asciiJson = (claims: HeaderClaims): string =>
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

function isClaims(value: unknown): value is Claims {
  if (!isOperationClaims(value)) return false;
  const { x, nonce, h, to, n } = value as Partial<Record<keyof HeaderClaims, unknown>>;
  return (
    Number.isSafeInteger(x) &&
    isText(nonce) &&
    isText(h) &&
    isTextIfGiven(to) &&
    (n === undefined || (Number.isSafeInteger(n) && (n as number) > 0))
  );
}
