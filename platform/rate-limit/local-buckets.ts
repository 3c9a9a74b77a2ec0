import type { Rate } from './rate.ts';

/** A power of two. */
const SLOTS = 65_536;

/**
 * Token buckets of this process, for any number of subjects in memory of a fixed size: nothing is allocated for a subject and
 * nothing has to be evicted. Two subjects may share a bucket; then there is less for each of them.
 */
export class LocalBuckets {
  readonly #emptyAt = new Float64Array(SLOTS);
  readonly #unitMs: number;
  readonly #depthMs: number;

  constructor({ perSecond, burst }: Rate) {
    this.#unitMs = 1_000 / perSecond;
    this.#depthMs = (burst + 0.001) * this.#unitMs;
  }

  /**
   * @param now in milliseconds, of a clock that never goes back
   * @returns 0 when the units fit, and are in now; else how many milliseconds later they would fit
   */
  take(subject: string, units: number, now: number): number {
    const slot = slotOf(subject);
    const emptyAt = Math.max(this.#emptyAt[slot]!, now) + units * this.#unitMs;
    const waitMs = emptyAt - now - this.#depthMs;
    if (waitMs > 0) return waitMs;
    this.#emptyAt[slot] = emptyAt;
    return 0;
  }

  /** Takes units that are used already, whether or not they fit: a debt, of as much again as the bucket holds at the most. */
  charge(subject: string, units: number, now: number): void {
    const slot = slotOf(subject);
    const emptyAt = Math.max(this.#emptyAt[slot]!, now) + units * this.#unitMs;
    this.#emptyAt[slot] = Math.min(emptyAt, now + 2 * this.#depthMs);
  }
}

/** FNV-1a. To use up the bucket of another subject, an attacker needs an address that shares its slot. */
function slotOf(subject: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < subject.length; i++) hash = Math.imul(hash ^ subject.charCodeAt(i), 0x01000193);
  return (hash ^ (hash >>> 16)) & (SLOTS - 1);
}
