const TICK_MS = 10;
/** A connection is accepted, and its head is read, in different turns of the event loop; a tick is due in each turn that takes long. */
const TURNS = 3;
/** Two ticks that are further apart than this: between them the event loop read no requests. Milliseconds. */
const GAP_MS = TURNS * TICK_MS;
/** Connections that have waited are accepted one in a turn, so a gap counts for some ticks after its end. */
const REMEMBERED_TICKS = 30;

/**
 * When a request that is read now may have arrived. It has waited in its socket for up to a few turns of the event loop, and for longer where
 * the process was frozen or its event loop was blocked; nothing says since when. So it may be older than a refusal that
 * another router has given under the same key meanwhile. Ticks of a timer show how long the last turns have taken.
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

  /** @returns milliseconds since 1970: some 30 before now, or the beginning of the first gap that is remembered */
  earliestArrival(): number {
    const now = this.#now();
    const gap = this.#ticks.find((tick, index) => (this.#ticks[index + 1] ?? now) - tick > GAP_MS);
    return Math.min(gap ?? now, this.#ticks.at(-TURNS) ?? this.#ticks[0]!);
  }
}
