import { LRUCache } from 'lru-cache';
import { createKeyedCoalescer } from '../../../platform/batching/coalescer.ts';
import { Bucket } from './bucket.ts';
import { NearBuckets } from './local-buckets.ts';
import type { Rate } from './rate.ts';
import type { SharedBuckets } from './shared-buckets.ts';

export interface RateLimitOptions {
  readonly rate: Rate;
  readonly shared: SharedBuckets;
  /** @returns where Redis has the bucket of a subject */
  readonly keyOf: (subject: string) => string;
}

/** A tenth of the rate is given out by each router without asking; the rest is shared by all. */
const NEAR = 0.1;
/** What is taken from Redis ahead of its use, as a part of the burst. */
const AHEAD = 1 / 50;
/** Subjects that are remembered; the others are taken for new ones, and Redis knows better. */
const MAX_SUBJECTS = 20_000;
/** Requests that ask for the same subject together, at the most. */
const MAX_TOGETHER = 1_000;

/** Somebody who asks for more than that tenth. */
interface Subject {
  /** All that one router may let through. It spares Redis what one router can refuse, and takes its place when it is away. */
  readonly far: Bucket;
  /** Units that were taken from Redis and not used yet. */
  ahead: number;
  /** Redis has said that there is nothing before then. */
  nothingBefore: number;
}

/**
 * One rate for each of many subjects, exact over all routers but for a tenth: with n routers up to (0.9 + n / 10) times
 * the rate gets through. In exchange almost nobody waits for Redis: whoever stays under a tenth costs a look into memory,
 * and whoever asks for more is counted many at a time. Without Redis each router gives out the whole rate.
 */
export class RateLimit {
  /** Given out without asking; null where a tenth is not even one. */
  readonly #near: NearBuckets | null;
  readonly #far: Rate;
  readonly #options: RateLimitOptions;
  readonly #subjects = new LRUCache<string, Subject>({ max: MAX_SUBJECTS });
  readonly #asking = createKeyedCoalescer<number, number>(
    (subject, wanted) => this.#takeTogether(subject, wanted),
    { maxItems: MAX_TOGETHER },
  );

  constructor(options: RateLimitOptions) {
    this.#options = options;
    const { perSecond, burst } = options.rate;
    const nearBurst = Math.floor(burst * NEAR);
    const nearPerSecond = nearBurst === 0 ? 0 : perSecond * NEAR;
    this.#near = nearBurst === 0 ? null : new NearBuckets({ perSecond: nearPerSecond, burst: nearBurst });
    this.#far = { perSecond: perSecond - nearPerSecond, burst: burst - nearBurst };
  }

  /** As `take`, of units that come in large numbers: more than a full bucket holds takes all of it. */
  takeAtMostAll(name: string, units: number): number | Promise<number> {
    return this.take(name, Math.min(units, this.#far.burst));
  }

  /** @returns 0 when the units are let through, else how many milliseconds later they may be */
  take(name: string, units = 1): number | Promise<number> {
    const now = performance.now();
    if (this.#near?.take(name, units, now) === 0) return 0;
    const subject = this.#find(name);
    const waitMs = subject.far.take(units, now);
    if (waitMs > 0) return waitMs;
    if (subject.ahead >= units) {
      subject.ahead -= units;
      return 0;
    }
    if (subject.nothingBefore > now) return subject.nothingBefore - now;
    return this.#asking.ask(name, units);
  }

  async #takeTogether(name: string, wanted: readonly number[]): Promise<number[]> {
    const subject = this.#find(name);
    const { burst } = this.#far;
    const needed = wanted.reduce((a, b) => a + b, 0) - subject.ahead;
    if (needed > 0) {
      const more = needed + Math.floor(burst * AHEAD);
      const taken = await this.#options.shared.take(this.#options.keyOf(name), this.#far, more);
      if (taken === null) return wanted.map(() => 0);
      subject.ahead += taken.units;
      if (taken.waitMs > 0) subject.nothingBefore = performance.now() + taken.waitMs;
    }
    return wanted.map((units) => {
      if (subject.ahead < units) return Math.max(1, subject.nothingBefore - performance.now());
      subject.ahead -= units;
      return 0;
    });
  }

  #find(name: string): Subject {
    const known = this.#subjects.get(name);
    if (known) return known;
    const subject: Subject = { far: new Bucket(this.#far), ahead: 0, nothingBefore: 0 };
    this.#subjects.set(name, subject);
    return subject;
  }
}
