import { LRUCache } from 'lru-cache';
import { Fault } from '../../errors.ts';
import type { Caller } from '../identity.ts';
import { readClaims, type ClaimRules, type VerifiedToken } from './claims.ts';
import { decodeToken } from './decode-token.ts';
import type { EndedSessions } from './ended-sessions.ts';
import type { KeySet } from './key-set.ts';
import { isSignedBy } from './verification-key.ts';

/** Finds out from the Authorization header who asks. */
export interface Authenticator {
  /**
   * @returns null without a header: the request is anonymous
   * @throws {Fault} UNAUTHENTICATED for anything but a good token: a bad one is a mistake even where none is needed;
   * UNAVAILABLE when there are no keys to check it by
   */
  authenticate(authorization: string | undefined): Caller | null | Promise<Caller>;
  /** Every token is verified anew. */
  forget(): void;
}

export interface AuthenticatorOptions {
  readonly rules: ClaimRules;
  /** Null: no token is any good. */
  readonly keys: KeySet | null;
  readonly ended: Pick<EndedSessions, 'isKnown' | 'look'>;
  readonly now?: () => number;
}

/** In a rush most tokens are seen once; the others are worth some megabytes. */
const MAX_REMEMBERED = 10_000;

const BEARER = /^bearer +(\S+)$/i;

export function createAuthenticator({
  rules,
  keys,
  ended,
  now = Date.now,
}: AuthenticatorOptions): Authenticator {
  const remembered = new LRUCache<string, VerifiedToken>({ max: MAX_REMEMBERED });
  let generation = 0;

  return {
    authenticate(authorization) {
      if (authorization === undefined) return null;
      const token = BEARER.exec(authorization)?.[1];
      if (!token) throw new Fault('UNAUTHENTICATED');
      const known = remembered.get(token);
      if (!known) return verify(token);
      if (known.expiresAt <= now() || hasEnded(known.caller)) {
        remembered.delete(token);
        throw new Fault('UNAUTHENTICATED');
      }
      return known.caller;
    },
    forget() {
      generation += 1;
      remembered.clear();
    },
  };

  async function verify(token: string): Promise<Caller> {
    const begunIn = generation;
    const decoded = decodeToken(token);
    const key = decoded && (await keys?.find(decoded.keyId));
    if (!decoded || !key || !isSignedBy(key, decoded)) throw new Fault('UNAUTHENTICATED');
    const verified = readClaims(decoded.claims, rules, now());
    if (!verified || hasEnded(verified.caller)) throw new Fault('UNAUTHENTICATED');

    const { sessionId } = verified.caller;
    const session = sessionId === null ? 'open' : await ended.look(sessionId);
    // The second look is for a session that ended while Redis was being asked.
    if (session === 'ended' || hasEnded(verified.caller)) throw new Fault('UNAUTHENTICATED');
    // While it cannot be told, it is asked again at every request.
    if (session === 'open' && begunIn === generation) remembered.set(token, verified);
    return verified.caller;
  }

  function hasEnded({ sessionId }: Caller): boolean {
    return sessionId !== null && ended.isKnown(sessionId);
  }
}
