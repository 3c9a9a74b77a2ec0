const TICK_MS = 25;
/** Two ticks that are further apart than this: between them the event loop read no requests. Milliseconds. */
const GAP_MS = 3 * TICK_MS;
/** A connection is accepted, its head and its body are read in different turns of the event loop, so a gap counts for some ticks after its end. */
const REMEMBERED_TICKS = 12;

/**
 * When a request that is read now may have arrived. A process that was frozen, or whose event loop was blocked, reads afterwards what has
 * waited in its sockets, and nothing says since when: it may be older than a refusal that another router has given under the same key
 * meanwhile. Ticks of a timer show such gaps.
 */
export class ArrivalClock {
  readonly #now: () => number;
  /** The last ones, the oldest first. */
  readonly #ticks: number[];

  /** @param now milliseconds since 1970: a clock that goes on while the machine is suspended */
  constructor(now: () => number = Date.now) {
    this.#now = now;
    this.#ticks = [now()];
  }

  /** Ticks from now on. The timer keeps no process alive. */
  start(): this {
    setInterval(() => this.tick(), TICK_MS).unref();
    return this;
  }

  tick(): void {
    this.#ticks.push(this.#now());
    if (this.#ticks.length > REMEMBERED_TICKS) this.#ticks.shift();
  }

  /** @returns milliseconds since 1970: the beginning of the first gap that is remembered, or now where there is none */
  earliestArrival(): number {
    const now = this.#now();
    const begin = this.#ticks.find((tick, index) => (this.#ticks[index + 1] ?? now) - tick > GAP_MS);
    return begin ?? now;
  }
}
