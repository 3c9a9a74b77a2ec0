import { setTimeout as sleep } from 'node:timers/promises';

/** Spread, so that clients which were refused together do not come back together. */
const delayMs = (): number => 100 + Math.random() * 200;
/** Refusals held at a time; further ones are sent at once, so that memory is bounded. */
const MAX_HELD = 10_000;

/**
 * Sends refusals of rate limits with a delay. A client that repeats a refused request as soon as it is answered would otherwise take as much of
 * the event loop as the router has; with the delay each of its connections costs a few requests a second. A client that heeds
 * `retryAfterMs` loses nothing.
 */
export class RefusalDelay {
  #held = 0;

  /** Resolves when the refusal may be sent. */
  async wait(): Promise<void> {
    if (this.#held >= MAX_HELD) return;
    this.#held += 1;
    try {
      await sleep(delayMs());
    } finally {
      this.#held -= 1;
    }
  }
}
