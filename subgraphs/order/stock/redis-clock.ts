import { LRUCache } from 'lru-cache';

/**
 * What Redis's clock will show, estimated by this process's monotonic clock. A reading is older than the moment at which
 * it arrives, so the estimate is never ahead: a deadline that is passed on by it comes no later than it was meant. By product,
 * since in a cluster each has its own server, and that has its own clock.
 */
export class RedisClock {
  readonly #readings = new LRUCache<string, { readonly redisMs: number; readonly arrivedAt: number }>({
    max: 10_000,
  });

  isKnown(productId: string): boolean {
    return this.#readings.has(productId);
  }

  /** @param redisMs milliseconds since 1970, as a reply that has just arrived had it */
  observe(productId: string, redisMs: number): void {
    this.#readings.set(productId, { redisMs, arrivedAt: performance.now() });
  }

  /** @param moment of `performance.now()` @returns milliseconds since 1970 by Redis's clock, or a little less */
  at(productId: string, moment: number): number {
    const reading = this.#readings.get(productId);
    if (!reading) throw new Error('the clock of this product has not been read');
    return Math.floor(reading.redisMs + moment - reading.arrivedAt);
  }

  /** Another server may answer from now on. */
  forget(): void {
    this.#readings.clear();
  }
}
