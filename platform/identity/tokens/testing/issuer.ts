import { createPrivateKey, generateKeyPairSync, sign, type JsonWebKey, type KeyObject } from 'node:crypto';
import { json, startHttpServer } from '../../../http/server.ts';
import { createLogger } from '../../../logger.ts';

/** An issuer of access tokens for tests, whose keys are published over HTTP as the real one's are. */
export interface TestIssuer {
  readonly jwksUrl: string;
  /** How often the keys were fetched. */
  fetches(): number;
  publish(keys: readonly TestKey[]): void;
  close(): Promise<void>;
}

export interface TestKey {
  readonly publicJwk: JsonWebKey;
  readonly privateKey: KeyObject;
}

export const USER_ID = '0198c0de-0000-7000-8000-000000000001';

export async function startIssuer(...first: readonly TestKey[]): Promise<TestIssuer> {
  let keys = first;
  let fetches = 0;
  const http = await startHttpServer({
    host: '127.0.0.1',
    port: 0,
    maxBodyBytes: 0,
    readiness: {},
    logger: createLogger('issuer', 'silent'),
    routes: {
      '/jwks': () => {
        fetches += 1;
        return json(200, keySet(keys));
      },
    },
  });
  return {
    jwksUrl: `${http.url}/jwks`,
    fetches: () => fetches,
    publish: (next) => {
      keys = next;
    },
    close: () => http.close(),
  };
}

export const keySet = (keys: readonly TestKey[]) => ({ keys: keys.map(({ publicJwk }) => publicJwk) });

export function rsaKey(kid: string, bits = 2_048): TestKey {
  return testKey(generateKeyPairSync('rsa', { modulusLength: bits }), { kid, alg: 'RS256', use: 'sig' });
}

export const ecKey = (kid: string): TestKey =>
  testKey(generateKeyPairSync('ec', { namedCurve: 'P-256' }), { kid, alg: 'ES256' });

export const ed25519Key = (kid: string): TestKey => testKey(generateKeyPairSync('ed25519'), { kid });

function testKey(pair: { publicKey: KeyObject; privateKey: KeyObject }, extra: JsonWebKey): TestKey {
  return {
    publicJwk: { ...pair.publicKey.export({ format: 'jwk' }), ...extra },
    privateKey: createPrivateKey(pair.privateKey.export({ format: 'pem', type: 'pkcs8' })),
  };
}

/** What a good token says; each test changes one thing. */
export const goodClaims = (): Record<string, unknown> => ({
  iss: 'firstcome',
  aud: 'firstcome',
  sub: USER_ID,
  sid: 'session-1',
  scope: '',
  iat: Math.floor(Date.now() / 1_000),
  exp: Math.floor(Date.now() / 1_000) + 300,
});

/** Signs by the key's own algorithm, whatever the header says. */
export function makeToken(
  key: TestKey,
  claims: Record<string, unknown> = goodClaims(),
  header: Record<string, unknown> = {},
): string {
  const input = signingInput(
    { alg: algorithmOf(key), typ: 'JWT', kid: key.publicJwk['kid'], ...header },
    claims,
  );
  return `${input}.${signatureOf(key, Buffer.from(input)).toString('base64url')}`;
}

export const signingInput = (header: object, claims: object): string =>
  [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');

function algorithmOf({ publicJwk }: TestKey): string {
  if (publicJwk['kty'] === 'RSA') return 'RS256';
  return publicJwk['kty'] === 'EC' ? 'ES256' : 'EdDSA';
}

function signatureOf(key: TestKey, input: Buffer): Buffer {
  switch (algorithmOf(key)) {
    case 'RS256':
      return sign('sha256', input, key.privateKey);
    case 'ES256':
      return sign('sha256', input, { key: key.privateKey, dsaEncoding: 'ieee-p1363' });
    default:
      return sign(null, input, key.privateKey);
  }
}
