import type { Redis } from '../../../platform/redis/client.ts';

/**
 * The clock that sales open and close by is that of Redis, where the stock script looks, whatever the clocks of the
 * processes say. Asking it costs a round trip, so for most answers this process tells its time by its own monotonic clock
 * and the difference that it measured a few seconds ago.
 */
export interface SaleClock {
  /** An estimate, right to within half a round trip to Redis. */
  now(): Date;
  /** Asks Redis; the estimate when it does not answer. */
  ask(): Promise<Date>;
  stop(): void;
}

const MEASURE_EVERY_MS = 5_000;
/** A reading that took longer, in milliseconds, says too little. */
const TOO_SLOW_MS = 200;

/** @returns a clock that has been set */
export async function startSaleClock(redis: Redis): Promise<SaleClock> {
  /** What the clock of Redis was ahead of this process's, in milliseconds. */
  let ahead = 0;

  async function measure(): Promise<number> {
    const askedAt = processClock();
    const [seconds, microseconds] = await redis.time();
    const tookMs = processClock() - askedAt;
    const redisMs = Number(seconds) * 1_000 + Number(microseconds) / 1_000;
    if (tookMs <= TOO_SLOW_MS) ahead = redisMs - (askedAt + tookMs / 2);
    return redisMs;
  }

  const now = () => new Date(processClock() + ahead);
  await measure();
  const timer = setInterval(() => {
    // Without an answer the last difference stays the best there is.
    measure().catch(() => undefined);
  }, MEASURE_EVERY_MS);
  timer.unref();

  return {
    now,
    ask: () => measure().then((ms) => new Date(ms), now),
    stop: () => clearInterval(timer),
  };
}

/** Milliseconds since 1970 when the process began, never set back since. */
const processClock = (): number => performance.timeOrigin + performance.now();
