import { LRUCache } from 'lru-cache';
import type { Logger } from '../../../platform/logger.ts';
import type { Redis } from '../../../platform/redis/client.ts';
import { LocalBuckets } from '../../../platform/rate-limit/local-buckets.ts';
import { documentHash } from './document-hash.ts';

/** Documents that clients have sent once and name by their hash from then on (automatic persisted queries). */
export interface AutomaticStore {
  /** Null when it is not known, or Redis does not answer: then the client sends it again. */
  find(hash: string): string | null | Promise<string | null>;
  /** In the background; a document that cannot be kept is sent again by the next client that needs it. */
  keep(hash: string, source: string, clientNetwork: string): void;
  /** In the background. */
  forget(hash: string): void;
}

export interface AutomaticStoreOptions {
  readonly redis: Redis;
  readonly redisPrefix: string;
  /** How long a document stays after it was sent, in milliseconds. */
  readonly ttlMs: number;
  /** A larger document is not kept. */
  readonly maxBytes: number;
  /** New documents within one time to live, at the most. Any client can write here, into the Redis that the stock is in. */
  readonly maxDocuments: number;
  /** How many of them come from one address, through this router. */
  readonly maxDocumentsPerAddress: number;
  readonly logger: Logger;
}

/** Memory for documents that this router has read or kept, in characters. */
const MAX_REMEMBERED = 4_000_000;

/** A document that did not get into Redis is tried again when it is sent again, but not sooner, in milliseconds. */
const TRY_AGAIN_MS = 1_000;

interface Remembered {
  readonly source: string;
  /** By `performance.now()`; never again, once Redis has it. */
  storeAfter: number;
}

export function createAutomaticStore(options: AutomaticStoreOptions): AutomaticStore {
  const { redis, redisPrefix, ttlMs, maxBytes, maxDocuments, maxDocumentsPerAddress, logger } = options;
  const remembered = new LRUCache<string, Remembered>({
    maxSize: MAX_REMEMBERED,
    sizeCalculation: ({ source }) => source.length + 100,
    ttl: ttlMs,
  });
  const shares = new LocalBuckets({
    perSecond: maxDocumentsPerAddress / (ttlMs / 1_000),
    burst: maxDocumentsPerAddress,
  });
  const keyOf = (hash: string) => `${redisPrefix}document:${hash}`;

  return {
    find: (hash) => remembered.get(hash)?.source ?? lookUp(hash),
    keep(hash, source, clientNetwork) {
      const now = performance.now();
      const before = remembered.get(hash);
      if ((before && before.storeAfter > now) || Buffer.byteLength(source) > maxBytes) return;
      const entry = before ?? { source, storeAfter: 0 };
      entry.storeAfter = now + TRY_AGAIN_MS;
      if (!before) remembered.set(hash, entry);
      store(hash, source, clientNetwork)
        .then((isStored) => {
          if (isStored) entry.storeAfter = Infinity;
        })
        .catch((error: unknown) => logger.warn({ err: error }, 'a document was not kept'));
    },
    forget(hash) {
      remembered.delete(hash);
      redis
        .unlink(keyOf(hash))
        .catch((error: unknown) => logger.warn({ err: error }, 'a document was not deleted'));
    },
  };

  async function lookUp(hash: string): Promise<string | null> {
    if (redis.status !== 'ready') return null;
    try {
      const source = await redis.get(keyOf(hash));
      // A writer to Redis must not be able to put another document in this one's place.
      if (source === null || documentHash(source) !== hash) return null;
      remembered.set(hash, { source, storeAfter: Infinity });
      return source;
    } catch (error) {
      logger.warn({ err: error }, 'a document could not be read');
      return null;
    }
  }

  /** @returns whether Redis has it now */
  async function store(hash: string, source: string, network: string): Promise<boolean> {
    if (redis.status !== 'ready') return false;
    if ((await redis.exists(keyOf(hash))) === 1) return true;
    if (shares.take(network, 1, performance.now()) > 0) return false;
    const counter = `${redisPrefix}documents:${Math.floor(Date.now() / ttlMs)}`;
    const count = await redis.incr(counter);
    if (count === 1) await redis.pexpire(counter, ttlMs);
    if (count > maxDocuments) {
      if (count === maxDocuments + 1) logger.warn({ maxDocuments }, 'no more documents are kept for now');
      return false;
    }
    await redis.set(keyOf(hash), source, 'PX', ttlMs);
    return true;
  }
}
