import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { bytesToUuid, uuidToBytes } from '../../platform/uuid.ts';
import type { KeyedHash } from './keyed-hash.ts';

/**
 * A refresh token names its session and proves that it was made here, so that a session is one row with the hash of the token
 * that is good now: any other that was made here for it has been used.
 */
export interface RefreshTokens {
  make(sessionId: string): { readonly token: string; readonly hash: Buffer };
  /** @returns null for what was not made here */
  read(token: string): PresentedToken | null;
}

export interface PresentedToken {
  readonly sessionId: string;
  /** Nobody can guess 32 random bytes, so the plain SHA-256 of the token is all that needs to be stored. */
  readonly hash: Buffer;
}

const ID_BYTES = 16;
const BODY_BYTES = ID_BYTES + 32;
const TOKEN_BYTES = BODY_BYTES + 32;

export function createRefreshTokens(keyedHash: KeyedHash): RefreshTokens {
  return {
    make: (sessionId) => {
      const body = Buffer.concat([uuidToBytes(sessionId), randomBytes(BODY_BYTES - ID_BYTES)]);
      const token = Buffer.concat([body, keyedHash.ofRefreshToken(body)]);
      return { token: token.toString('base64url'), hash: sha256(token) };
    },
    read: (text) => {
      const token = Buffer.from(text, 'base64url');
      if (token.length !== TOKEN_BYTES) return null;
      const body = token.subarray(0, BODY_BYTES);
      if (!timingSafeEqual(token.subarray(BODY_BYTES), keyedHash.ofRefreshToken(body))) return null;
      return { sessionId: bytesToUuid(token.subarray(0, ID_BYTES)), hash: sha256(token) };
    },
  };
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest();
