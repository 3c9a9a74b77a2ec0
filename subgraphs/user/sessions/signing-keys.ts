import { createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { ConfigurationError } from '../../../platform/config/environment.ts';

/** The keys that access tokens are signed with. The first signs; all are published, so that older tokens verify. */
export interface SigningKeys {
  readonly current: { readonly id: string; readonly privateKey: KeyObject };
  /** JSON Web Key Set (RFC 7517) of the public parts. */
  readonly publicKeySet: { readonly keys: readonly JsonWebKey[] };
}

const SMALLEST_MODULUS_BITS = 2_048;

const keySet = z.object({
  keys: z.array(z.looseObject({ kty: z.literal('RSA'), kid: z.string().min(1), d: z.string() })).min(1),
});

/**
 * @param secret SIGNING_KEYS: a JSON Web Key Set of private RSA keys
 * @throws {ConfigurationError} when it is not that; the message never quotes it
 */
export function parseSigningKeys(secret: string): SigningKeys {
  const keys = readKeys(secret);
  const [first] = keys;
  if (!first || new Set(keys.map(({ id }) => id)).size < keys.length) throw notAcceptable();
  return {
    current: first,
    publicKeySet: {
      keys: keys.map(({ id, privateKey }) => ({
        ...createPublicKey(privateKey).export({ format: 'jwk' }),
        kid: id,
        alg: 'RS256',
        use: 'sig',
      })),
    },
  };
}

function readKeys(secret: string): { id: string; privateKey: KeyObject }[] {
  try {
    return keySet.parse(JSON.parse(secret)).keys.map((key) => {
      const privateKey = createPrivateKey({ key, format: 'jwk' });
      if ((privateKey.asymmetricKeyDetails?.modulusLength ?? 0) < SMALLEST_MODULUS_BITS)
        throw notAcceptable();
      return { id: key.kid, privateKey };
    });
  } catch {
    throw notAcceptable();
  }
}

const notAcceptable = () =>
  new ConfigurationError(
    'SIGNING_KEYS is not acceptable: expected a JSON Web Key Set of private RSA keys of at least 2048 bits, each with its own kid.',
  );
