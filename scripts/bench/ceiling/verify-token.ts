import { createPublicKey, verify, type JsonWebKey } from 'node:crypto';

/**
 * RS256, the expiry, and nothing that was seen before is known.
 *
 * @param jwk of the key, as JSON
 * @returns the user of an `authorization` header; null where the token is no good
 */
export function tokenVerifier(jwk: string): (authorization: string | undefined) => string | null {
  const key = createPublicKey({ key: JSON.parse(jwk) as JsonWebKey, format: 'jwk' });
  return (authorization = '') => {
    const token = authorization.slice('Bearer '.length);
    const end = token.lastIndexOf('.');
    const signature = Buffer.from(token.slice(end + 1), 'base64url');
    if (end < 0 || !verify('RSA-SHA256', Buffer.from(token.slice(0, end)), key, signature)) return null;
    const claims = Buffer.from(token.slice(token.indexOf('.') + 1, end), 'base64url').toString();
    const { sub, exp } = JSON.parse(claims) as { readonly sub: string; readonly exp: number };
    return exp * 1_000 > Date.now() ? sub : null;
  };
}
