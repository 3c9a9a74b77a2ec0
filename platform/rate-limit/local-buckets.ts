import type { Rate } from './rate.ts';
import { TokenBucketRate } from './token-bucket.ts';

/** A power of two. */
const SLOTS = 65_536;

/**
 * Token buckets of this process, for any number of subjects in memory of a fixed size: nothing is allocated for a subject and
 * nothing has to be evicted. Two subjects may share a bucket; then there is less for each of them.
 */
export class LocalBuckets {
  readonly #fullAt = new Float64Array(SLOTS);
  readonly #rate: TokenBucketRate;

  constructor(rate: Rate) {
    this.#rate = new TokenBucketRate(rate);
  }

  /** As `take` of `TokenBucket`. */
  take(subject: string, units: number, now: number): number {
    const slot = slotOf(subject);
    const fullAt = this.#rate.fullAfter(this.#fullAt[slot]!, units, now);
    const waitMs = fullAt - now - this.#rate.depthMs;
    if (waitMs > 0) return waitMs;
    this.#fullAt[slot] = fullAt;
    return 0;
  }

  /** Takes units that are used already, whether or not they fit: a debt, of as much again as the bucket holds at the most. */
  charge(subject: string, units: number, now: number): void {
    const slot = slotOf(subject);
    const fullAt = this.#rate.fullAfter(this.#fullAt[slot]!, units, now);
    this.#fullAt[slot] = Math.min(fullAt, now + 2 * this.#rate.depthMs);
  }
}

/** FNV-1a. To use up the bucket of another subject, an attacker needs an address that shares its slot. */
function slotOf(subject: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < subject.length; i++) hash = Math.imul(hash ^ subject.charCodeAt(i), 0x01000193);
  return (hash ^ (hash >>> 16)) & (SLOTS - 1);
}
