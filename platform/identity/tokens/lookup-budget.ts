/** Unknown key ids cause a fetch at the issuer: so many at once, … */
const LARGEST = 5;
/** … and then one in this time. */
const REFILL_MS = 3_000;

/**
 * A token bucket that limits how often unknown key ids cause a fetch, because any client can invent key ids. Several are fetched at once, so
 * that a few invented ones do not delay a key that was rotated in; a flood costs the issuer one request in three seconds, and delays such
 * a key by no more than that.
 */
export interface LookupBudget {
  /** @returns whether one more fetch is allowed, and counts it */
  take(): boolean;
}

/** @param now milliseconds */
export function createLookupBudget(now: () => number): LookupBudget {
  let left = LARGEST;
  let filledAt = now();

  return {
    take() {
      const at = now();
      // A clock that was set back fills nothing, and takes nothing away.
      left = Math.min(LARGEST, left + Math.max(0, at - filledAt) / REFILL_MS);
      filledAt = at;
      if (left < 1) return false;
      left -= 1;
      return true;
    },
  };
}
