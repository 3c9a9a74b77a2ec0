import { LRUCache } from 'lru-cache';
import type { Logger } from '../../../platform/logger.ts';
import type { Redis } from '../../../platform/redis/client.ts';
import { documentHash } from './document-hash.ts';

/** Documents that clients have sent once and name by their hash from then on (automatic persisted queries). */
export interface AutomaticStore {
  /** Null when it is not known, or Redis does not answer: then the client sends it again. */
  find(hash: string): string | null | Promise<string | null>;
  /** In the background; what cannot be kept is sent again by whoever needs it. */
  keep(hash: string, source: string): void;
}

export interface AutomaticStoreOptions {
  readonly redis: Redis;
  readonly redisPrefix: string;
  /** How long a document stays after it was sent, in milliseconds. */
  readonly ttlMs: number;
  /** A larger document is not kept. */
  readonly maxBytes: number;
  /** New documents within one time to live, at the most. Strangers write here, into the Redis that the stock is in. */
  readonly maxDocuments: number;
  readonly logger: Logger;
}

/** Memory for documents that this router has been asked for, in characters. */
const MAX_REMEMBERED = 4_000_000;

export function createAutomaticStore(options: AutomaticStoreOptions): AutomaticStore {
  const { redis, redisPrefix, ttlMs, maxBytes, maxDocuments, logger } = options;
  const remembered = new LRUCache<string, string>({
    maxSize: MAX_REMEMBERED,
    sizeCalculation: (source) => source.length + 100,
    ttl: ttlMs,
  });
  const keyOf = (hash: string) => `${redisPrefix}document:${hash}`;

  return {
    find: (hash) => remembered.get(hash) ?? lookUp(hash),
    keep(hash, source) {
      if (remembered.has(hash) || Buffer.byteLength(source) > maxBytes) return;
      remembered.set(hash, source);
      store(hash, source).catch((error: unknown) => logger.warn({ err: error }, 'a document was not kept'));
    },
  };

  async function lookUp(hash: string): Promise<string | null> {
    if (redis.status !== 'ready') return null;
    try {
      const source = await redis.get(keyOf(hash));
      // Whoever can write to Redis cannot put another document in this one's place.
      if (source === null || documentHash(source) !== hash) return null;
      remembered.set(hash, source);
      return source;
    } catch (error) {
      logger.warn({ err: error }, 'could not look a document up');
      return null;
    }
  }

  async function store(hash: string, source: string): Promise<void> {
    if (redis.status !== 'ready' || (await redis.exists(keyOf(hash))) === 1) return;
    const counter = `${redisPrefix}documents:${Math.floor(Date.now() / ttlMs)}`;
    const count = await redis.incr(counter);
    if (count === 1) await redis.pexpire(counter, ttlMs);
    if (count > maxDocuments) {
      if (count === maxDocuments + 1) logger.warn({ maxDocuments }, 'no more documents are kept for now');
      return;
    }
    await redis.set(keyOf(hash), source, 'PX', ttlMs);
  }
}
