import { createHmac } from 'node:crypto';
import { ConfigurationError } from '../../../platform/config/environment.ts';

/**
 * HMAC-SHA-256 (RFC 2104) of values that must be found or compared but not read: without the key, neither a list of likely e-mail
 * addresses nor all million codes can be tried against a copy of the stores. 32 bytes.
 */
export interface KeyedHash {
  /** @param address normalised: see `normaliseEmail` */
  ofEmail(address: string): Buffer;
  ofVerificationCode(emailHash: Buffer, code: string): Buffer;
  /** Authenticates a refresh token. @param body its session id and secret */
  ofRefreshToken(body: Buffer): Buffer;
  /** @param salt of the rotation that replaces the token by its successor */
  ofSuccessor(token: Buffer, salt: Buffer): Buffer;
  /** @param address of the network that a client connects from */
  ofClientAddress(address: string): Buffer;
}

const SHORTEST_KEY = 32;

/** @throws {ConfigurationError} when the key is too short to be one */
export function createKeyedHash(key: string): KeyedHash {
  if (key.length < SHORTEST_KEY) {
    throw new ConfigurationError(
      `LOOKUP_KEY is not acceptable: expected at least ${SHORTEST_KEY} characters.`,
    );
  }
  // The purpose comes first and none is a prefix of another, so no two uses of the key can be confused.
  const hash = (purpose: string, ...parts: (string | Buffer)[]) => {
    const hmac = createHmac('sha256', key).update(`${purpose}\0`);
    for (const part of parts) hmac.update(part);
    return hmac.digest();
  };
  return {
    ofEmail: (address) => hash('email', address),
    ofClientAddress: (address) => hash('address', address),
    ofRefreshToken: (body) => hash('refresh', body),
    // Both have a fixed length.
    ofSuccessor: (token, salt) => hash('successor', token, salt),
    ofVerificationCode: (emailHash, code) => hash('code', emailHash, code),
  };
}
