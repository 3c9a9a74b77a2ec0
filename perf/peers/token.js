import { createPublicKey } from 'node:crypto';
import jsonwebtoken from 'jsonwebtoken';

const key = createPublicKey({ key: JSON.parse(process.env.PUBLIC_KEY), format: 'jwk' });
const rules = { algorithms: ['RS256'], issuer: 'firstcome', audience: 'firstcome' };

/** The claims of the token in an `authorization` header; undefined without one. Throws where it is no good. */
export function claimsOf(authorization) {
  const token = authorization?.replace(/^Bearer /, '');
  return token ? jsonwebtoken.verify(token, key, rules) : undefined;
}
