import { createHash, randomBytes } from 'node:crypto';

/** 32 random bytes. Nobody can guess that, so its plain SHA-256 is all that needs to be stored. */
export function makeRefreshToken(): { readonly token: string; readonly hash: Buffer } {
  const token = randomBytes(32).toString('base64url');
  return { token, hash: hashRefreshToken(token) };
}

export const hashRefreshToken = (token: string): Buffer => createHash('sha256').update(token).digest();
