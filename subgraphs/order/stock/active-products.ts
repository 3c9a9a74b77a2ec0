import type { Logger } from '../../../platform/logger.ts';
import type { Redis } from '../../../platform/redis/client.ts';
import type { StockKeys } from './stock-keys.ts';
import type { StockScripts } from './stock-scripts.ts';
import { isUnreadable } from './unreadable-keys.ts';

/** How often one process renews one product, and for how long an entry is valid. Milliseconds. */
const RENEW_EVERY_MS = 60_000;
const KEEP_MS = 10 * RENEW_EVERY_MS;
/** When an entry that failed is tried again, in milliseconds. */
const AGAIN_MS = 5_000;
const PRODUCT_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * The active products, which may have open reservations: the reaper's list. A rebuild adds its product before it opens the gate, and
 * each process that reserves renews the entry every minute; so other processes find the reservations of one that died.
 * If Redis loses the list it has lost the gates with it, and the rebuilds write it again.
 *
 * The list saves work and decides nothing: `StockReconciliation` checks every product, and adds those with open reservations. So a
 * list that cannot be read or written, or whose server is down, stops no purchase and no rebuild.
 */
export class ActiveProducts {
  readonly #redis: Redis;
  readonly #keys: StockKeys;
  readonly #scripts: StockScripts;
  readonly #logger: Logger;
  readonly #touchedAt = new Map<string, number>();

  constructor(redis: Redis, keys: StockKeys, scripts: StockScripts, logger: Logger) {
    this.#redis = redis;
    this.#keys = keys;
    this.#scripts = scripts;
    this.#logger = logger;
  }

  /** Adds the product. Does not wait: the command is sent before those that follow. A failure is logged, and the next `touch` tries again. */
  add(productId: string): void {
    this.#touchedAt.set(productId, performance.now());
    this.#repaired(() => this.#add([productId])).catch((error: unknown) => {
      this.#touchedAt.set(productId, performance.now() - RENEW_EVERY_MS + AGAIN_MS);
      this.#logger.warn({ err: error, productId }, 'a product could not be added to the active products');
    });
  }

  /** Adds the product, or renews it if this process has not done so for a minute. */
  touch(productId: string): void {
    const touchedAt = this.#touchedAt.get(productId);
    if (touchedAt === undefined || performance.now() - touchedAt >= RENEW_EVERY_MS) this.add(productId);
  }

  /** @returns product ids; where the list cannot be read, those that this process has added */
  async list(): Promise<string[]> {
    try {
      const listed = await this.#repaired(() => this.#redis.zrange(this.#keys.activeProducts, 0, -1));
      return listed.filter((productId) => PRODUCT_ID.test(productId));
    } catch (error) {
      this.#logger.warn({ err: error }, 'the list of active products cannot be read');
      return [...this.#touchedAt.keys()];
    }
  }

  /** Removes entries that were not renewed for minutes. By score, so that an entry that is renewed at this moment stays. */
  async removeIdle(): Promise<void> {
    const longAgo = performance.now() - KEEP_MS;
    for (const [productId, touchedAt] of this.#touchedAt)
      if (touchedAt < longAgo) this.#touchedAt.delete(productId);
    const { activeProducts } = this.#keys;
    // Where that fails, `list` has logged why, or will. An entry from the future would stay for ever.
    const [oldest, latest] = [Date.now() - KEEP_MS, Date.now() + KEEP_MS];
    await this.#redis.zremrangebyscore(activeProducts, '-inf', oldest).catch(() => 0);
    await this.#redis.zremrangebyscore(activeProducts, latest, '+inf').catch(() => 0);
  }

  #add(productIds: readonly string[]): Promise<unknown> {
    const now = Date.now();
    return this.#redis.zadd(
      this.#keys.activeProducts,
      ...productIds.flatMap((productId) => [now, productId]),
    );
  }

  /** Runs a command on the list, and again after a key of another type in its place was replaced by the entries of this process. */
  async #repaired<Result>(command: () => Promise<Result>): Promise<Result> {
    try {
      return await command();
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      this.#logger.warn({ err: error }, 'the list of active products is unreadable and is written again');
      await this.#scripts.dropUnreadable([this.#keys.activeProducts], []);
      const known = [...this.#touchedAt.keys()];
      if (known.length > 0) await this.#add(known);
      return command();
    }
  }
}
