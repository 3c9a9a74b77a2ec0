import type { Rate } from './rate.ts';

/** A token bucket, kept as one number (GCRA): when it would be full of tokens again. */
export class Bucket {
  readonly #unitMs: number;
  readonly #depthMs: number;
  #emptyAt = 0;

  constructor({ perSecond, burst }: Rate) {
    this.#unitMs = 1_000 / perSecond;
    // The part of a unit is for sums of fractions that come out a little high.
    this.#depthMs = (burst + 0.001) * this.#unitMs;
  }

  /**
   * @param now in milliseconds, of a clock that never goes back
   * @returns 0 when the units fit, and are in now; else how many milliseconds later they would fit
   */
  take(units: number, now: number): number {
    const emptyAt = Math.max(this.#emptyAt, now) + units * this.#unitMs;
    const waitMs = emptyAt - now - this.#depthMs;
    if (waitMs > 0) return waitMs;
    this.#emptyAt = emptyAt;
    return 0;
  }
}
