import { createPrivateKey, randomUUID, sign, type JsonWebKey, type KeyObject } from 'node:crypto';
import { makeSigningKey } from '../../platform/config/secrets.ts';

/** Access tokens without a sign-in: for the thousands of buyers of a test. */
export class TokenMint {
  readonly #jwk = makeSigningKey();
  readonly #key: KeyObject = createPrivateKey({ key: this.#jwk as JsonWebKey, format: 'jwk' });
  readonly #onMint: (token: string) => void;

  /** @param onMint called with each token */
  constructor(onMint: (token: string) => void = () => undefined) {
    this.#onMint = onMint;
  }

  /** For the user subgraph, which publishes its public half. */
  get signingKeys(): string {
    return JSON.stringify({ keys: [this.#jwk] });
  }

  /** @param claims put over the usual ones; undefined takes one away */
  mint(claims: Record<string, unknown> = {}, header: Record<string, unknown> = {}): string {
    const now = Math.floor(Date.now() / 1_000);
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const body = `${encode({ alg: 'RS256', typ: 'JWT', kid: this.#jwk['kid'], ...header })}.${encode({
      sub: randomUUID(),
      scope: '',
      sid: randomUUID(),
      iss: 'firstcome',
      aud: 'firstcome',
      iat: now,
      exp: now + 900,
      ...claims,
    })}`;
    const token = `${body}.${sign('sha256', Buffer.from(body), this.#key).toString('base64url')}`;
    this.#onMint(token);
    return token;
  }

  buyer(userId: string = randomUUID()): string {
    return this.mint({ sub: userId });
  }

  administrator(): string {
    return this.mint({ scope: 'catalog:write stock:write order:read user:read' });
  }
}
