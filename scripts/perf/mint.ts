import { createPrivateKey, randomUUID, sign, type JsonWebKey } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { settingOf } from '../../platform/config/environment.ts';
import { readSecret } from '../../platform/config/secrets.ts';

/** Makes an access token of a user who did not exist before. */
export type Mint = () => Promise<string>;

// With a callback the signatures are made on all cores.
const signOnAnyCore = promisify(sign);

/** A private RSA key with an id. */
export type SigningKey = JsonWebKey;

export function createMint(jwk: SigningKey, lifetimeS: number): Mint {
  const key = createPrivateKey({ key: jwk, format: 'jwk' });
  const header = encode({ alg: 'RS256', typ: 'JWT', kid: jwk['kid'] });
  return async () => {
    const now = Math.floor(Date.now() / 1_000);
    const claims = encode({
      iss: settingOf('JWT_ISSUER') ?? 'firstcome',
      aud: settingOf('JWT_AUDIENCE') ?? 'firstcome',
      sub: randomUUID(),
      sid: randomUUID(),
      scope: '',
      iat: now,
      exp: now + lifetimeS,
    });
    const signature = await signOnAnyCore('RSA-SHA256', Buffer.from(`${header}.${claims}`), key);
    return `${header}.${claims}.${signature.toString('base64url')}`;
  };
}

/**
 * The key with which the shop that runs here signs now: SIGNING_KEYS, or the one under `dataDir`.
 *
 * @throws a sentence when no shop has made one yet
 */
export function signingKeyIn(dataDir: string): SigningKey {
  if (!settingOf('SIGNING_KEYS') && !existsSync(join(dataDir, 'secrets', 'SIGNING_KEYS'))) {
    throw new Error(`There is no key under ${dataDir} yet: start the shop first, with the same DATA_DIR.`);
  }
  const { keys } = JSON.parse(readSecret('SIGNING_KEYS', dataDir)) as { keys: [JsonWebKey] };
  return keys[0];
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
