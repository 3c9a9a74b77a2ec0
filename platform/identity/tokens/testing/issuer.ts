import {
  constants,
  createPrivateKey,
  generateKeyPairSync,
  sign,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto';
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

const EC_ALGORITHMS = { 'P-256': 'ES256', 'P-384': 'ES384', 'P-521': 'ES512' } as const;

export const ecKey = (kid: string, namedCurve: keyof typeof EC_ALGORITHMS = 'P-256'): TestKey =>
  testKey(generateKeyPairSync('ec', { namedCurve }), { kid, alg: EC_ALGORITHMS[namedCurve] });

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

/** Signs by what the header says where the key can do that, else by the key's own algorithm. */
export function makeToken(
  key: TestKey,
  claims: Record<string, unknown> = goodClaims(),
  header: Record<string, unknown> = {},
): string {
  const input = signingInput(
    { alg: algorithmOf(key), typ: 'JWT', kid: key.publicJwk['kid'], ...header },
    claims,
  );
  const signature = signatureOf(
    key,
    typeof header['alg'] === 'string' ? header['alg'] : algorithmOf(key),
    Buffer.from(input),
  );
  return `${input}.${signature.toString('base64url')}`;
}

export const signingInput = (header: object, claims: object): string =>
  [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');

function algorithmOf({ publicJwk }: TestKey): string {
  if (publicJwk['kty'] === 'RSA') return 'RS256';
  return publicJwk['kty'] === 'EC' ? String(publicJwk['alg']) : 'EdDSA';
}

function signatureOf(key: TestKey, algorithm: string, input: Buffer): Buffer {
  const { privateKey } = key;
  const hash = `sha${/^(?:RS|PS|ES)(256|384|512)$/.exec(algorithm)?.[1] ?? '256'}`;
  switch (key.publicJwk['kty']) {
    case 'RSA':
      return algorithm.startsWith('PS')
        ? sign(hash, input, {
            key: privateKey,
            padding: constants.RSA_PKCS1_PSS_PADDING,
            saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
          })
        : sign(hash, input, privateKey);
    case 'EC':
      return sign(hash, input, { key: privateKey, dsaEncoding: 'ieee-p1363' });
    default:
      return sign(null, input, privateKey);
  }
}
