import type { Redis } from '../../../platform/redis/client.ts';

/**
 * The clock that sales open and close by: that of Redis, which the stock script reads; application clocks do not count. Reading it
 * costs a round trip, so most responses use an estimate: this process's monotonic clock plus the offset that was measured within the
 * last seconds.
 */
export interface SaleClock {
  /** The estimate, accurate to half a round trip to Redis. */
  now(): Date;
  /** Reads the clock of Redis; the estimate when Redis is not available. */
  read(): Promise<Date>;
  stop(): void;
}

const MEASURE_EVERY_MS = 5_000;
/** A round trip that took longer, in milliseconds, is too inaccurate to correct the offset. */
const TOO_SLOW_MS = 200;

/** @returns a clock that has been set */
export async function startSaleClock(redis: Redis): Promise<SaleClock> {
  /** The clock of Redis minus this process's, in milliseconds. */
  let offsetMs = 0;

  async function measure(): Promise<number> {
    const sentAt = processClock();
    const [seconds, microseconds] = await redis.time();
    const tookMs = processClock() - sentAt;
    const redisMs = Number(seconds) * 1_000 + Number(microseconds) / 1_000;
    if (tookMs <= TOO_SLOW_MS) offsetMs = redisMs - (sentAt + tookMs / 2);
    return redisMs;
  }

  const now = () => new Date(processClock() + offsetMs);
  await measure();
  const timer = setInterval(() => {
    // Without a reply the last offset remains in use.
    measure().catch(() => undefined);
  }, MEASURE_EVERY_MS);
  timer.unref();

  return {
    now,
    read: () => measure().then((ms) => new Date(ms), now),
    stop: () => clearInterval(timer),
  };
}

/** Milliseconds since 1970 when the process began, never set back since. */
const processClock = (): number => performance.timeOrigin + performance.now();
