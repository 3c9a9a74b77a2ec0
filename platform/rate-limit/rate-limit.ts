import { LRUCache } from 'lru-cache';
import { createKeyedCoalescer } from '../batching/coalescer.ts';
import { LocalBuckets } from './local-buckets.ts';
import type { Rate } from './rate.ts';
import type { SharedBuckets } from './shared-buckets.ts';
import { TokenBucket, TokenBucketRate } from './token-bucket.ts';

export interface RateLimitOptions {
  readonly rate: Rate;
  readonly shared: SharedBuckets;
  /** @returns where Redis has the bucket of a subject */
  readonly keyOf: (subject: string) => string;
}

/** The part of the rate that each process gives out by itself; the rest is shared by all. */
const LOCAL_SHARE = 0.1;
/** Units that are prefetched from Redis, as a part of the burst. */
const PREFETCHED_SHARE = 1 / 50;
/** Subjects in memory; the others are taken for new ones, and Redis has their buckets. */
const MAX_SUBJECTS = 20_000;
/** Requests for the same subject that one call to Redis counts, at the most. */
const MAX_BATCH = 1_000;

/** A user or network that has used up the local share. */
interface Subject {
  /** All that one process may let through. It spares Redis what one process can refuse, and takes its place when it is away. */
  readonly shared: TokenBucket;
  /** Units that were taken from Redis and not used yet. */
  prefetched: number;
  /** Until then the bucket in Redis is empty, by `performance.now()`. */
  blockedUntil: number;
}

/**
 * One rate for each of many subjects, exact over all processes but for a tenth: with n of them up to (0.9 + n / 10) times
 * the rate gets through. In exchange hardly any request waits for Redis: up to the local share a look-up in
 * memory is enough, and beyond it requests are counted in batches. Without Redis each process gives out the whole rate.
 */
export class RateLimit {
  /** The local share; null where it is less than one unit. */
  readonly #local: LocalBuckets | null;
  readonly #sharedRate: Rate;
  readonly #sharedBucketRate: TokenBucketRate;
  readonly #options: RateLimitOptions;
  readonly #subjects = new LRUCache<string, Subject>({ max: MAX_SUBJECTS });
  readonly #sharedCalls = createKeyedCoalescer<number, number>(
    (subject, wanted) => this.#takeTogether(subject, wanted),
    { maxItems: MAX_BATCH },
  );

  constructor(options: RateLimitOptions) {
    this.#options = options;
    const { perSecond, burst } = options.rate;
    const localBurst = Math.floor(burst * LOCAL_SHARE);
    const localPerSecond = localBurst === 0 ? 0 : perSecond * LOCAL_SHARE;
    this.#local =
      localBurst === 0 ? null : new LocalBuckets({ perSecond: localPerSecond, burst: localBurst });
    this.#sharedRate = { perSecond: perSecond - localPerSecond, burst: burst - localBurst };
    this.#sharedBucketRate = new TokenBucketRate(this.#sharedRate);
  }

  /** As `take`, of units that come in large numbers: more than a full bucket holds takes all of it. */
  takeAtMostAll(name: string, units: number): number | Promise<number> {
    return this.take(name, Math.min(units, this.#sharedRate.burst));
  }

  /** @returns 0 when the units are let through, else how many milliseconds later they may be */
  take(name: string, units = 1): number | Promise<number> {
    const now = performance.now();
    if (this.#local?.take(name, units, now) === 0) return 0;
    const subject = this.#find(name);
    const waitMs = subject.shared.take(units, now);
    if (waitMs > 0) return waitMs;
    if (subject.prefetched >= units) {
      subject.prefetched -= units;
      return 0;
    }
    if (subject.blockedUntil > now) return subject.blockedUntil - now;
    return this.#sharedCalls.submit(name, units);
  }

  async #takeTogether(name: string, wanted: readonly number[]): Promise<number[]> {
    const subject = this.#find(name);
    const { burst } = this.#sharedRate;
    const needed = wanted.reduce((a, b) => a + b, 0) - subject.prefetched;
    if (needed > 0) {
      const more = needed + Math.floor(burst * PREFETCHED_SHARE);
      const taken = await this.#options.shared.take(this.#options.keyOf(name), this.#sharedRate, more);
      if (taken === null) return wanted.map(() => 0);
      subject.prefetched += taken.units;
      if (taken.waitMs > 0) subject.blockedUntil = performance.now() + taken.waitMs;
    }
    return wanted.map((units) => {
      if (subject.prefetched < units) return Math.max(1, subject.blockedUntil - performance.now());
      subject.prefetched -= units;
      return 0;
    });
  }

  #find(name: string): Subject {
    const known = this.#subjects.get(name);
    if (known) return known;
    const shared = new TokenBucket(this.#sharedBucketRate);
    const subject: Subject = { shared, prefetched: 0, blockedUntil: 0 };
    this.#subjects.set(name, subject);
    return subject;
  }
}
