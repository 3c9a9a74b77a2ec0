import type { Rate } from './rate.ts';

/** A power of two. */
const SLOTS = 65_536;

/**
 * Buckets for any number of subjects in memory of one size, for those who ask seldom: nothing is allocated for a subject and
 * nothing has to be forgotten. Two subjects may share a bucket; then there is less for each of them.
 */
export class NearBuckets {
  readonly #emptyAt = new Float64Array(SLOTS);
  readonly #unitMs: number;
  readonly #depthMs: number;

  constructor({ perSecond, burst }: Rate) {
    this.#unitMs = 1_000 / perSecond;
    this.#depthMs = (burst + 0.001) * this.#unitMs;
  }

  /** @returns whether the units fit, and are in now */
  take(subject: string, units: number, now: number): boolean {
    const slot = slotOf(subject);
    const emptyAt = Math.max(this.#emptyAt[slot]!, now) + units * this.#unitMs;
    if (emptyAt - now > this.#depthMs) return false;
    this.#emptyAt[slot] = emptyAt;
    return true;
  }
}

/** FNV-1a. Whoever finds subjects that share a bucket with somebody gains nothing: who finds it full is counted elsewhere. */
function slotOf(subject: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < subject.length; i++) hash = Math.imul(hash ^ subject.charCodeAt(i), 0x01000193);
  return (hash ^ (hash >>> 16)) & (SLOTS - 1);
}
