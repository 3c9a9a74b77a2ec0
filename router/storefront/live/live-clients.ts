import { Fault } from '../../../platform/errors.ts';
import type { LiveClient } from './live-client.ts';
import { NetworksBySize, type LiveNetwork } from './networks-by-size.ts';

/** A heartbeat for every client this often, in milliseconds; each second has its part of the clients. */
const BEAT_EVERY_MS = 15_000;
const SLOTS = 15;

/** Until a client of a network that has all its streams should try again: they end when their clients leave. */
export const RETRY_AFTER_MS = 5_000;

/** A network with so many streams more than another gives places to it; with less, the two would take each other's places in turn. */
const MARGIN = 3;

export interface LiveLimits {
  readonly clients: number;
  readonly clientsPerNetwork: number;
}

/** A client's place, which it may have before its stream begins. */
export interface LivePlace {
  /** @throws {Fault} UNAVAILABLE when another client has the place by now */
  assertKept(): void;
  /** Its stream has begun. */
  begin(client: LiveClient): void;
  /** Gives the place back, once. */
  leave(): void;
}

/**
 * All clients that watch: how many there may be, their heartbeats, and their end. One network may have most of the places while no other needs
 * them, since many clients may sit behind one address. When all are taken, a client of another network takes the place of the newest stream of the
 * network that has the most, as long as that one has `MARGIN` more than its own: the streams of one network shut no other out.
 */
export class LiveClients {
  readonly #limits: LiveLimits;
  readonly #networks = new NetworksBySize();
  readonly #slots = Array.from({ length: SLOTS }, () => new Set<LiveClient>());
  readonly #timer: NodeJS.Timeout;
  #count = 0;
  #nextSlot = 0;
  #nextBeat = 0;
  #isOver = false;

  constructor(limits: LiveLimits) {
    this.#limits = limits;
    this.#timer = setInterval(() => this.#beat(), BEAT_EVERY_MS / SLOTS);
    this.#timer.unref();
  }

  /** Takes a place for a client. @throws {Fault} UNAVAILABLE, RATE_LIMITED */
  enter(name: string): LivePlace {
    const network = this.#networks.of(name);
    if (this.#isOver) throw new Fault('UNAVAILABLE');
    if (network.size >= this.#limits.clientsPerNetwork)
      throw new Fault('RATE_LIMITED', 'Too many streams are open from this address.', {
        retryAfterMs: RETRY_AFTER_MS,
      });
    if (this.#count >= this.#limits.clients && !this.#shedFor(network)) throw noPlace();
    this.#count += 1;
    this.#networks.grow(network);
    return this.#place(network);
  }

  /** Ends every stream, and accepts no other. */
  end(): void {
    this.#isOver = true;
    clearInterval(this.#timer);
    for (const slot of this.#slots) for (const client of slot) client.end();
  }

  #place(network: LiveNetwork): LivePlace {
    const slot = this.#slots[this.#nextSlot++ % SLOTS]!;
    let client: LiveClient | null = null;
    let hasLeft = false;
    const leave = () => {
      if (hasLeft) return;
      hasLeft = true;
      this.#count -= 1;
      this.#networks.shrink(network);
      if (client) slot.delete(client);
      network.streams.delete(shed);
    };
    const shed = () => {
      leave();
      client?.shed();
    };
    network.streams.add(shed);
    return {
      begin: (begun) => {
        if (hasLeft || this.#isOver) return begun.end();
        client = begun;
        slot.add(begun);
      },
      assertKept: () => {
        if (hasLeft) throw noPlace();
      },
      leave,
    };
  }

  /** @returns whether a place has become free */
  #shedFor(newcomer: LiveNetwork): boolean {
    const largest = this.#networks.largest();
    if (!largest || largest.size < newcomer.size + MARGIN) return false;
    const newest = [...largest.streams].at(-1);
    newest?.();
    return newest !== undefined;
  }

  #beat(): void {
    for (const client of this.#slots[this.#nextBeat++ % SLOTS]!) client.beat();
  }
}

const noPlace = (): Fault => new Fault('UNAVAILABLE', undefined, { retryAfterMs: RETRY_AFTER_MS });
