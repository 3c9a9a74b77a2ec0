import { sign } from 'node:crypto';
import { promisify } from 'node:util';
import type { Role } from '../__generated__/resolvers-types.ts';
import type { SigningKeys } from './signing-keys.ts';

/** The scopes of each role, beyond access to its own data; the schemas of all subgraphs name them. */
const SCOPES: Readonly<Record<Role, readonly string[]>> = {
  USER: [],
  ADMIN: ['catalog:write', 'stock:write', 'order:read', 'user:read'],
};

export interface AccessTokens {
  /** Milliseconds. */
  readonly lifetimeMs: number;
  /** @param now when the session was known to be good; the token's life begins then */
  issue(bearer: Bearer, now: Date): Promise<{ readonly token: string; readonly expiresAt: Date }>;
}

interface Bearer {
  readonly userId: string;
  readonly role: Role;
  readonly sessionId: string;
}

interface AccessTokenOptions {
  readonly keys: SigningKeys;
  readonly issuer: string;
  readonly audience: string;
  readonly lifetimeMs: number;
}

// With a callback the signature is made on the thread pool: an RSA signature blocks the event loop for a millisecond.
const signOffThread = promisify(sign);

/** JSON Web Tokens signed by RS256 (RFC 7515, 7519). Claims are the user id, the session and the scopes: nothing personal. */
export function createAccessTokens({ keys, issuer, audience, lifetimeMs }: AccessTokenOptions): AccessTokens {
  const header = encode({ alg: 'RS256', typ: 'JWT', kid: keys.current.id });

  return {
    lifetimeMs,
    issue: async ({ userId, role, sessionId }, now) => {
      const issuedAt = Math.floor(now.getTime() / 1_000);
      const expiresAt = issuedAt + Math.floor(lifetimeMs / 1_000);
      const payload = encode({
        iss: issuer,
        aud: audience,
        sub: userId,
        sid: sessionId,
        scope: SCOPES[role].join(' '),
        iat: issuedAt,
        exp: expiresAt,
      });
      const signature = await signOffThread(
        'RSA-SHA256',
        Buffer.from(`${header}.${payload}`),
        keys.current.privateKey,
      );
      return {
        token: `${header}.${payload}.${signature.toString('base64url')}`,
        expiresAt: new Date(expiresAt * 1_000),
      };
    },
  };
}

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
