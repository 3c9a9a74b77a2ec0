import type { Logger } from '../../../platform/logger.ts';
import type { Redis } from '../../../platform/redis/client.ts';
import type { StockKeys } from './stock-keys.ts';
import type { StockScripts } from './stock-scripts.ts';
import { isUnreadable } from './unreadable-keys.ts';

/** How often one process notes one product, and for how long a note stands. Milliseconds. */
const NOTE_EVERY_MS = 60_000;
const KEEP_MS = 10 * NOTE_EVERY_MS;
/** When a note that failed is tried again, in milliseconds. */
const AGAIN_MS = 5_000;
const PRODUCT_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Which products may have open reservations: the reaper's list. A rebuild notes its product before it opens the gate, and
 * whoever reserves renews the note every minute; so a process that dies leaves nothing behind that no other one looks for.
 * If Redis loses the list it has lost the gates with it, and the rebuilds write it anew.
 *
 * The list saves work and decides nothing: `StockReconciliation` looks at every product, and notes those with open reservations. So a
 * list that cannot be read or written, or whose server is down, stops no purchase and no rebuild.
 */
export class ActiveProducts {
  readonly #redis: Redis;
  readonly #keys: StockKeys;
  readonly #scripts: StockScripts;
  readonly #logger: Logger;
  readonly #notedAt = new Map<string, number>();

  constructor(redis: Redis, keys: StockKeys, scripts: StockScripts, logger: Logger) {
    this.#redis = redis;
    this.#keys = keys;
    this.#scripts = scripts;
    this.#logger = logger;
  }

  /** Does not wait: the note is sent before the commands that follow. A failure is logged, and the next `touch` tries again. */
  note(productId: string): void {
    this.#notedAt.set(productId, performance.now());
    this.#repaired(() => this.#add([productId])).catch((error: unknown) => {
      this.#notedAt.set(productId, performance.now() - NOTE_EVERY_MS + AGAIN_MS);
      this.#logger.warn({ err: error, productId }, 'a product could not be noted as busy');
    });
  }

  /** Notes the product if this process has not done so for a while. */
  touch(productId: string): void {
    const notedAt = this.#notedAt.get(productId);
    if (notedAt === undefined || performance.now() - notedAt >= NOTE_EVERY_MS) this.note(productId);
  }

  /** @returns product ids; where the list cannot be had, those that this process has noted */
  async list(): Promise<string[]> {
    try {
      const listed = await this.#repaired(() => this.#redis.zrange(this.#keys.activeProducts, 0, -1));
      return listed.filter((productId) => PRODUCT_ID.test(productId));
    } catch (error) {
      this.#logger.warn({ err: error }, 'the list of busy products cannot be read');
      return [...this.#notedAt.keys()];
    }
  }

  /** Takes off the list what nobody has noted for minutes. By score, so that a note made this moment stands. */
  async removeIdle(): Promise<void> {
    const longAgo = performance.now() - KEEP_MS;
    for (const [productId, notedAt] of this.#notedAt) if (notedAt < longAgo) this.#notedAt.delete(productId);
    const { activeProducts } = this.#keys;
    // Where that fails, `list` has logged why, or will. A note from the future would stay for ever.
    const [oldest, latest] = [Date.now() - KEEP_MS, Date.now() + KEEP_MS];
    await this.#redis.zremrangebyscore(activeProducts, '-inf', oldest).catch(() => 0);
    await this.#redis.zremrangebyscore(activeProducts, latest, '+inf').catch(() => 0);
  }

  #add(productIds: readonly string[]): Promise<unknown> {
    const now = Date.now();
    return this.#redis.zadd(this.#keys.activeProducts, ...productIds.flatMap((productId) => [now, productId]));
  }

  /** Runs a command on the list, and again after a key of another type in its place was replaced by what this process knows. */
  async #repaired<Result>(command: () => Promise<Result>): Promise<Result> {
    try {
      return await command();
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      this.#logger.warn({ err: error }, 'the list of busy products is unreadable and is written anew');
      await this.#scripts.dropUnreadable([this.#keys.activeProducts], []);
      const known = [...this.#notedAt.keys()];
      if (known.length > 0) await this.#add(known);
      return command();
    }
  }
}
