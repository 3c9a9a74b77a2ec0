import { createPublicKey, verify, type JsonWebKey, type KeyObject } from 'node:crypto';
import type { DecodedToken } from './decode-token.ts';

/** A public key and the one algorithm that it is good for. What a token says of its algorithm chooses nothing. */
export interface VerificationKey {
  readonly algorithm: Algorithm;
  readonly key: KeyObject;
}

type Algorithm = 'RS256' | 'ES256' | 'EdDSA';

export type VerificationKeys = ReadonlyMap<string, VerificationKey>;

const SMALLEST_RSA_BITS = 2_048;

/** @returns by key id, the signature keys of a JSON Web Key Set (RFC 7517) that can be used here */
export function importKeys(keySet: unknown): VerificationKeys {
  const keys = new Map<string, VerificationKey>();
  const listed = typeof keySet === 'object' && keySet !== null && 'keys' in keySet ? keySet.keys : null;
  if (!Array.isArray(listed)) throw new Error('The key set has no list of keys.');
  for (const jwk of listed as JsonWebKey[]) {
    const kid = jwk['kid'];
    const key = importKey(jwk);
    if (typeof kid === 'string' && key) keys.set(kid, key);
  }
  return keys;
}

function importKey(jwk: JsonWebKey): VerificationKey | null {
  const algorithm = algorithmFor(jwk);
  if (!algorithm || (jwk['alg'] ?? algorithm) !== algorithm || (jwk['use'] ?? 'sig') !== 'sig') return null;
  try {
    const key = createPublicKey({ key: jwk, format: 'jwk' });
    const bits = key.asymmetricKeyDetails?.modulusLength;
    return bits !== undefined && bits < SMALLEST_RSA_BITS ? null : { algorithm, key };
  } catch {
    return null;
  }
}

function algorithmFor({ kty, crv }: JsonWebKey): Algorithm | null {
  if (kty === 'RSA') return 'RS256';
  if (kty === 'EC' && crv === 'P-256') return 'ES256';
  if (kty === 'OKP' && crv === 'Ed25519') return 'EdDSA';
  return null;
}

export function isSignedBy({ algorithm, key }: VerificationKey, token: DecodedToken): boolean {
  if (token.algorithm !== algorithm) return false;
  switch (algorithm) {
    case 'RS256':
      return verify('sha256', token.signingInput, key, token.signature);
    case 'ES256':
      return verify('sha256', token.signingInput, { key, dsaEncoding: 'ieee-p1363' }, token.signature);
    case 'EdDSA':
      return verify(null, token.signingInput, key, token.signature);
  }
}
