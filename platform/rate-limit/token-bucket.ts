import type { Rate } from './rate.ts';

/** The arithmetic of token buckets that are kept as one number (GCRA): when the bucket would be full of tokens again. Milliseconds. */
export class TokenBucketRate {
  readonly #unitMs: number;
  /** How far ahead a bucket without tokens is full. */
  readonly depthMs: number;

  constructor({ perSecond, burst }: Rate) {
    this.#unitMs = 1_000 / perSecond;
    // The part of a unit is for sums of fractions that come out a little high.
    this.depthMs = (burst + 0.001) * this.#unitMs;
  }

  /** @returns when the bucket would be full, once the units are taken */
  fullAfter(fullAt: number, units: number, now: number): number {
    return Math.max(fullAt, now) + units * this.#unitMs;
  }
}

/** A token bucket. */
export class TokenBucket {
  readonly #rate: TokenBucketRate;
  #fullAt = 0;

  constructor(rate: TokenBucketRate) {
    this.#rate = rate;
  }

  /**
   * @param now in milliseconds, of a clock that never goes back
   * @returns 0 when the units fit, and are taken now; else how many milliseconds later they would fit
   */
  take(units: number, now: number): number {
    const fullAt = this.#rate.fullAfter(this.#fullAt, units, now);
    const waitMs = fullAt - now - this.#rate.depthMs;
    if (waitMs > 0) return waitMs;
    this.#fullAt = fullAt;
    return 0;
  }
}
