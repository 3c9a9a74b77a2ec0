import { createSecretKey, hkdfSync, randomBytes, type KeyObject } from 'node:crypto';

/**
 * The key under which addresses are hashed in Redis, the same in every router. Derived by HKDF (RFC 5869), so that neither key says
 * anything about the other.
 *
 * @param secret what the routers share: in the shop that of the order subgraph, which no other subgraph holds; null: each router has
 *   a key of its own and counts for itself
 */
export const rateLimitKey = (secret: string | null): KeyObject =>
  createSecretKey(
    Buffer.from(hkdfSync('sha256', secret ?? randomBytes(32), '', 'firstcome: keys of rate limits', 32)),
  );
