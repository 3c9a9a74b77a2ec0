import { constants, createPublicKey, verify, type JsonWebKey, type KeyObject } from 'node:crypto';
import type { DecodedToken } from './decode-token.ts';

/** A public key and the algorithms that it is good for. A token chooses among these only. */
export interface VerificationKey {
  readonly key: KeyObject;
  readonly algorithms: ReadonlyMap<string, Scheme>;
}

interface Scheme {
  /** Null: the algorithm has its own. */
  readonly hash: string | null;
  readonly options?: {
    readonly padding?: number;
    readonly saltLength?: number;
    readonly dsaEncoding?: 'ieee-p1363';
  };
}

export type VerificationKeys = ReadonlyMap<string, VerificationKey>;

const PSS = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
const ECDSA = { dsaEncoding: 'ieee-p1363' } as const;

/** By type of key: what may be signed with it (RFC 7518, 8037, 9864). None of it is symmetric. */
const ALGORITHMS: Readonly<Record<string, Readonly<Record<string, Scheme>>>> = {
  RSA: {
    RS256: { hash: 'sha256' },
    RS384: { hash: 'sha384' },
    RS512: { hash: 'sha512' },
    PS256: { hash: 'sha256', options: PSS },
    PS384: { hash: 'sha384', options: PSS },
    PS512: { hash: 'sha512', options: PSS },
  },
  'EC P-256': { ES256: { hash: 'sha256', options: ECDSA } },
  'EC P-384': { ES384: { hash: 'sha384', options: ECDSA } },
  'EC P-521': { ES512: { hash: 'sha512', options: ECDSA } },
  'OKP Ed25519': { EdDSA: { hash: null }, Ed25519: { hash: null } },
};

/** Two names of one algorithm. */
const ED25519: ReadonlySet<unknown> = new Set(['EdDSA', 'Ed25519']);

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
  const algorithms = algorithmsOf(jwk);
  if (algorithms.size === 0 || !isForSignatures(jwk)) return null;
  try {
    const key = createPublicKey({ key: jwk, format: 'jwk' });
    const bits = key.asymmetricKeyDetails?.modulusLength;
    return bits !== undefined && bits < SMALLEST_RSA_BITS ? null : { algorithms, key };
  } catch {
    return null;
  }
}

/** A key that names its algorithm is good for that one alone; one that does not, for all of its type. */
function algorithmsOf(jwk: JsonWebKey): ReadonlyMap<string, Scheme> {
  const type = jwk.crv === undefined ? jwk.kty : `${jwk.kty} ${jwk.crv}`;
  const ofType = Object.entries((type !== undefined && ALGORITHMS[type]) || {});
  const named = jwk['alg'];
  const isNamed = (name: string) =>
    named === undefined || named === name || [named, name].every((one) => ED25519.has(one));
  return new Map(ofType.filter(([name]) => isNamed(name)));
}

const isForSignatures = (jwk: JsonWebKey): boolean => {
  const { use = 'sig', key_ops: operations = ['verify'] } = jwk as { use?: unknown; key_ops?: unknown };
  return use === 'sig' && Array.isArray(operations) && operations.includes('verify');
};

export function isSignedBy({ algorithms, key }: VerificationKey, token: DecodedToken): boolean {
  const scheme = algorithms.get(token.algorithm);
  return (
    scheme !== undefined &&
    verify(scheme.hash, token.signingInput, { key, ...scheme.options }, token.signature)
  );
}
