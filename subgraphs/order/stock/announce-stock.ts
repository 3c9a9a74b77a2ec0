import { publish } from '../../../platform/events/event.ts';
import { stockChanged } from '../../../platform/events/stock-changed.ts';
import type { Logger } from '../../../platform/logger.ts';
import type { Redis } from '../../../platform/redis/client.ts';
import type { StockView } from './read-stock.ts';

/** Of one product, by one process, in milliseconds: how far apart announcements are, at the least. */
const APART_MS = 250;
/** Changes that follow within this time are announced together: a lone purchase reserves and confirms, and is announced once. */
const GATHER_MS = 30;
/** When an announcement that failed is tried again, in milliseconds. */
const AGAIN_MS = 1_000;

export interface StockAnnouncerOptions {
  readonly redis: Redis;
  readonly prefix: string;
  /** @returns null when there is no stock of the product */
  readonly read: (productId: string) => Promise<StockView | null>;
  readonly logger: Logger;
}

/**
 * Publishes a product's stock after each change on the channel `<prefix>stock-changes`: JSON of `productId`, `total`,
 * `sold`, `reserved`, `remaining` and `asOf` (milliseconds since 1970). The numbers are read when they are published, so
 * the last announcement has the sum of all changes. Nothing that is sold depends on it.
 */
export class StockAnnouncer {
  readonly #options: StockAnnouncerOptions;
  readonly #products = new Map<string, Announced>();

  constructor(options: StockAnnouncerOptions) {
    this.#options = options;
  }

  /** Something was reserved, confirmed, released, restocked or returned. Costs a look-up in memory. */
  readonly changed = (productId: string): void => {
    const known = this.#products.get(productId);
    if (!known) this.#products.set(productId, this.#schedule(productId, GATHER_MS));
    else known.changedSince = true;
  };

  /** Drops announcements that are not published yet. */
  stop(): void {
    for (const { timer } of this.#products.values()) clearTimeout(timer);
    this.#products.clear();
  }

  #schedule(productId: string, delayMs: number): Announced {
    const timer = setTimeout(() => void this.#announce(productId), delayMs);
    timer.unref();
    return { timer, changedSince: true };
  }

  async #announce(productId: string): Promise<void> {
    const announced = this.#products.get(productId)!;
    if (!announced.changedSince) {
      this.#products.delete(productId);
      return;
    }
    announced.changedSince = false;
    const delayMs = (await this.#publish(productId)) ? APART_MS : AGAIN_MS;
    if (this.#products.get(productId) !== announced) return;
    const next = this.#schedule(productId, delayMs);
    next.changedSince = announced.changedSince || delayMs === AGAIN_MS;
    this.#products.set(productId, next);
  }

  async #publish(productId: string): Promise<boolean> {
    const { redis, prefix, read, logger } = this.#options;
    try {
      const stock = await read(productId);
      if (!stock) return true;
      const { total, sold, reserved, remaining, asOf } = stock;
      const news = { productId, total, sold, reserved, remaining, asOf: asOf.getTime() };
      await publish(redis, prefix, stockChanged, news);
      return true;
    } catch (error) {
      logger.debug({ err: error, productId }, 'a change of stock could not be announced');
      return false;
    }
  }
}

interface Announced {
  readonly timer: NodeJS.Timeout;
  /** Whether there is a change that is not published yet. */
  changedSince: boolean;
}
