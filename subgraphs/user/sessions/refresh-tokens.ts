import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { bytesToUuid, uuidToBytes } from '../../../platform/uuid.ts';
import type { KeyedHash } from '../personal-data/keyed-hash.ts';

/**
 * A refresh token names its session and is authenticated by an HMAC, so that a session is one row with the hash of its current token:
 * any other authentic token of the session has been used.
 *
 * The successor of a token is derived from the token, the salt of its rotation and `LOOKUP_KEY`. So the same successor can be given
 * again while only its hash and the salt are stored, and neither the stores nor the key alone lead from one token to the next.
 */
export interface RefreshTokens {
  make(sessionId: string): RefreshToken;
  /** @returns null for a token that is not authentic */
  read(token: string): PresentedToken | null;
}

export interface RefreshToken {
  readonly token: string;
  /** 32 random bytes cannot be guessed, so the plain SHA-256 of the token is all that needs to be stored. */
  readonly hash: Buffer;
}

export interface PresentedToken {
  readonly sessionId: string;
  readonly hash: Buffer;
  /** @returns the same token for the same salt */
  successor(salt: Buffer): RefreshToken;
}

export const newRotationSalt = (): Buffer => randomBytes(ID_BYTES);

const ID_BYTES = 16;
const BODY_BYTES = ID_BYTES + 32;
const TOKEN_BYTES = BODY_BYTES + 32;

export function createRefreshTokens(keyedHash: KeyedHash): RefreshTokens {
  const tokenOf = (id: Buffer, secret: Buffer): RefreshToken => {
    const body = Buffer.concat([id, secret]);
    const token = Buffer.concat([body, keyedHash.ofRefreshToken(body)]);
    return { token: token.toString('base64url'), hash: sha256(token) };
  };

  return {
    make: (sessionId) => tokenOf(uuidToBytes(sessionId), randomBytes(BODY_BYTES - ID_BYTES)),
    read: (text) => {
      const token = Buffer.from(text, 'base64url');
      if (token.length !== TOKEN_BYTES) return null;
      const body = token.subarray(0, BODY_BYTES);
      if (!timingSafeEqual(token.subarray(BODY_BYTES), keyedHash.ofRefreshToken(body))) return null;
      const id = token.subarray(0, ID_BYTES);
      return {
        sessionId: bytesToUuid(id),
        hash: sha256(token),
        successor: (salt) => tokenOf(id, keyedHash.ofSuccessor(token, salt)),
      };
    },
  };
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest();
