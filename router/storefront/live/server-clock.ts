/**
 * The clock that sales open and close by, as the field `serverTime` gives it. Between two answers this process counts on by its
 * own monotonic clock.
 */
export interface ServerClock {
  /** Milliseconds since 1970; right to within half of the quickest answer's time. */
  now(): number;
  /** @param requestedAt of `performance.now()`; the answer is taken to be from the middle between then and now */
  observe(serverTime: number, requestedAt: number): void;
}

/** A reading is as good as it was quick, until it is this old, in milliseconds. */
const GOOD_FOR_MS = 60_000;

export function createServerClock(): ServerClock {
  let best = { ahead: performance.timeOrigin, tookMs: Number.POSITIVE_INFINITY, at: 0 };
  return {
    now: () => Math.round(performance.now() + best.ahead),
    observe(serverTime, requestedAt) {
      const at = performance.now();
      const tookMs = at - requestedAt;
      if (tookMs > best.tookMs && at - best.at < GOOD_FOR_MS) return;
      best = { ahead: serverTime - (requestedAt + tookMs / 2), tookMs, at };
    },
  };
}
