import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';

/**
 * The key under which addresses are hashed in Redis, the same in every router. Derived by HKDF (RFC 5869), so that neither key says
 * anything about the other; from the secret of the order subgraph, since no other subgraph holds it.
 */
export const rateLimitKey = (orderIdentitySecret: string): KeyObject =>
  createSecretKey(
    Buffer.from(hkdfSync('sha256', orderIdentitySecret, '', 'firstcome: keys of rate limits', 32)),
  );
