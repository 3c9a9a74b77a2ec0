import type { Redis } from '../../../platform/redis/client.ts';
import type { StockKeys } from './stock-keys.ts';

/** How often one process notes one product, and for how long a note stands. Milliseconds. */
const NOTE_EVERY_MS = 60_000;
const KEEP_MS = 10 * NOTE_EVERY_MS;

/**
 * Which products may have open reservations: the reaper's list. A rebuild notes its product before it opens the gate, and
 * whoever reserves renews the note every minute; so a process that dies leaves nothing behind that no other one looks for.
 * If Redis loses the list it has lost the gates with it, and the rebuilds write it anew.
 */
export class BusyProducts {
  readonly #redis: Redis;
  readonly #keys: StockKeys;
  readonly #notedAt = new Map<string, number>();

  constructor(redis: Redis, keys: StockKeys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  async note(productId: string): Promise<void> {
    await this.#redis.zadd(this.#keys.busyProducts, Date.now(), productId);
    this.#notedAt.set(productId, performance.now());
  }

  /** Notes the product again if this process has not done so for a while. */
  async keep(productId: string): Promise<void> {
    const notedAt = this.#notedAt.get(productId);
    if (notedAt === undefined || performance.now() - notedAt >= NOTE_EVERY_MS) await this.note(productId);
  }

  async list(): Promise<string[]> {
    return this.#redis.zrange(this.#keys.busyProducts, 0, -1);
  }

  /** Takes off the list what nobody has noted for minutes. By score, so that a note made this moment stands. */
  async dropQuiet(): Promise<void> {
    await this.#redis.zremrangebyscore(this.#keys.busyProducts, '-inf', Date.now() - KEEP_MS);
    const longAgo = performance.now() - KEEP_MS;
    for (const [productId, notedAt] of this.#notedAt) if (notedAt < longAgo) this.#notedAt.delete(productId);
  }
}
