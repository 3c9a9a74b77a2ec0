/** Key ids that are not known are looked up at the issuer: so many at once, … */
const LARGEST = 5;
/** … and then one in this time. */
const REFILL_MS = 3_000;

/**
 * How often unknown key ids may cause a fetch. Anybody can make them up: a handful is looked up at once, so that a stranger's
 * few do not stand in the way of a key that was rotated in; a flood costs the issuer one request in three seconds, and delays
 * such a key by no more than that.
 */
export interface LookupBudget {
  /** @returns whether one more look-up is allowed, and counts it */
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
