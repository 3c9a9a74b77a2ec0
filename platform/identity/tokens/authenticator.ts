import { LRUCache } from 'lru-cache';
import type { Caller } from '../identity.ts';
import { readClaims, type VerifiedToken } from './claims.ts';
import { decodeToken } from './decode-token.ts';
import type { RevokedSessions } from './revoked-sessions.ts';
import type { KeySet } from './key-set.ts';
import { RefusedToken, type TokenCheck } from './refused-token.ts';
import { isAccessToken } from './token-kind.ts';
import type { TrustedIssuer } from './trusted-issuers.ts';
import { isSignedBy, type VerificationKey } from './verification-key.ts';

/** Authenticates a request by its Authorization header. */
export interface Authenticator {
  /**
   * @returns null without a header, and for one of spaces alone, which clients send that have no token: the request is anonymous
   * @throws {RefusedToken} for anything but a good token
   * @throws {Fault} UNAVAILABLE when there are no keys to check it by
   */
  authenticate(authorization: string | undefined): Caller | null | Promise<Caller>;
  /** Every token is verified anew. */
  forget(): void;
}

export interface AuthenticatorOptions {
  readonly issuers: readonly TrustedIssuer[];
  readonly ended: Pick<RevokedSessions, 'isKnown' | 'check'>;
  readonly now?: () => number;
}

/** At the start of a sale most tokens are seen once; the others are worth some megabytes, counted in characters of tokens. */
const MAX_REMEMBERED = 10_000;
const MAX_REMEMBERED_CHARACTERS = 16_000_000;

interface RememberedToken extends VerifiedToken {
  readonly keyId: string;
  readonly key: VerificationKey;
  readonly keys: KeySet;
}

const BEARER = /^bearer +(\S+)$/i;

export function createAuthenticator({ issuers, ended, now = Date.now }: AuthenticatorOptions): Authenticator {
  const byName = new Map(issuers.map((issuer) => [issuer.rules.issuer, issuer]));
  const remembered = new LRUCache<string, RememberedToken>({
    max: MAX_REMEMBERED,
    maxSize: MAX_REMEMBERED_CHARACTERS,
    sizeCalculation: (_verified, token) => token.length,
  });
  let generation = 0;

  return {
    authenticate(authorization) {
      if (authorization === undefined || authorization.trim() === '') return null;
      const token = BEARER.exec(authorization)?.[1];
      if (!token) throw new RefusedToken('shape');
      const known = remembered.get(token);
      if (!known) return verify(token);
      const isExpired = known.expiresAt <= now();
      if (isExpired || hasEnded(known.caller)) {
        remembered.delete(token);
        throw new RefusedToken(isExpired ? 'expired' : 'revoked');
      }
      if (!known.keys.isCurrent(known.keyId, known.key)) return verify(token);
      return known.caller;
    },
    forget() {
      generation += 1;
      remembered.clear();
    },
  };

  async function verify(token: string): Promise<Caller> {
    const begunIn = generation;
    remembered.delete(token);
    const decoded = decodeToken(token) ?? refuse('shape');
    // The issuer selects the keys and nothing else; an issuer that is not trusted has none.
    const issuer = byName.get(String(decoded.claims['iss']));
    const keys = issuer?.keys;
    if (!issuer || !keys) return refuse('issuer');
    const key = (await keys.find(decoded.keyId)) ?? refuse('no such key');
    if (!key.algorithms.has(decoded.algorithm)) return refuse('algorithm');
    if (!isSignedBy(key, decoded)) return refuse('signature');
    if (!isAccessToken(decoded.type, decoded.claims)) return refuse('type');
    const verified = readClaims(decoded.claims, issuer.rules, now());
    if (typeof verified === 'string') return refuse(verified);
    if (hasEnded(verified.caller)) return refuse('revoked');

    const { sessionId } = verified.caller;
    const session = sessionId === null ? 'active' : await ended.check(sessionId);
    // Checked again in memory, because a session may be revoked during the request to Redis.
    if (session === 'revoked' || hasEnded(verified.caller)) return refuse('revoked');
    // While Redis does not respond, the session is checked again at every request.
    if (session === 'active' && begunIn === generation)
      remembered.set(token, { ...verified, keyId: decoded.keyId, key, keys });
    return verified.caller;
  }

  function hasEnded({ sessionId }: Caller): boolean {
    return sessionId !== null && ended.isKnown(sessionId);
  }
}

function refuse(check: TokenCheck): never {
  throw new RefusedToken(check);
}
