import { LRUCache } from 'lru-cache';

export interface BackoffOptions {
  /** How many failures in a row are followed by no delay. */
  readonly free: number;
  /** The first delay, in milliseconds; it doubles with each further failure. */
  readonly firstMs: number;
  readonly longestMs: number;
}

interface Failures {
  readonly count: number;
  /** Of `performance.now()`. */
  readonly until: number;
}

/** The most keys that are remembered: the one that failed longest ago is forgotten first. */
const MOST_KEYS = 20_000;

/**
 * Exponential back-off with jitter, for each key by itself: what fails again and again is tried less and less often, and what
 * else there is to do is not delayed by it.
 */
export class KeyedBackoff {
  readonly #options: BackoffOptions;
  readonly #failures: LRUCache<string, Failures>;

  constructor(options: BackoffOptions) {
    this.#options = options;
    // A key that has not failed for much longer than a delay begins anew.
    this.#failures = new LRUCache({ max: MOST_KEYS, ttl: 10 * options.longestMs });
  }

  isDelayed(key: string): boolean {
    return this.#failures.size > 0 && (this.#failures.get(key)?.until ?? 0) > performance.now();
  }

  failed(key: string): void {
    const { free, firstMs, longestMs } = this.#options;
    const count = (this.#failures.get(key)?.count ?? 0) + 1;
    const delay = count <= free ? 0 : Math.min(longestMs, firstMs * 2 ** (count - free - 1));
    this.#failures.set(key, { count, until: performance.now() + delay * (0.75 + Math.random() / 4) });
  }

  succeeded(key: string): void {
    if (this.#failures.size > 0) this.#failures.delete(key);
  }
}
