import type { Redis } from '../../../platform/redis/client.ts';

/**
 * What Redis's clock will show, told by this process's monotonic one. A reading is older than the moment at which
 * it arrives, so the estimate is never ahead: a deadline that is passed on by it comes no later than it was meant.
 */
export class RedisClock {
  #reading: { readonly redisMs: number; readonly arrivedAt: number } | null = null;

  constructor(redis: Redis) {
    const read = () => {
      redis.time().then(
        ([seconds, microseconds]) =>
          this.observe(Number(seconds) * 1_000 + Math.floor(Number(microseconds) / 1_000)),
        // Not connected after all; every reply of a script brings a reading, too.
        () => undefined,
      );
    };
    redis.on('ready', read);
    if (redis.status === 'ready') read();
  }

  /** @param redisMs milliseconds since 1970, as a reply that has just arrived had it */
  observe(redisMs: number): void {
    this.#reading = { redisMs, arrivedAt: performance.now() };
  }

  /** @param moment of `performance.now()` @returns milliseconds since 1970 by Redis's clock, or a little less */
  at(moment: number): number {
    if (!this.#reading) return Math.floor(Date.now() + moment - performance.now());
    return Math.floor(this.#reading.redisMs + moment - this.#reading.arrivedAt);
  }
}
