import { Fault } from '../../platform/errors.ts';
import type { LiveClient } from './live-client.ts';

/** A heartbeat for every client this often, in milliseconds; each second has its part of the clients. */
const BEAT_EVERY_MS = 15_000;
const SLOTS = 15;

/** Until a client of a network that has all its streams should try again: they end when their clients leave. */
export const RETRY_AFTER_MS = 5_000;

export interface LiveLimits {
  readonly clients: number;
  readonly clientsPerNetwork: number;
}

/** Everybody who watches: how many there may be, their heartbeats, and their end. */
export class LiveClients {
  readonly #limits: LiveLimits;
  readonly #byNetwork = new Map<string, number>();
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

  /**
   * Takes a place for a client, who need not be there yet.
   *
   * @returns what gives the place back
   * @throws {Fault} UNAVAILABLE, RATE_LIMITED
   */
  enter(network: string): () => void {
    const ofNetwork = this.#byNetwork.get(network) ?? 0;
    if (this.#isOver || this.#count >= this.#limits.clients) throw new Fault('UNAVAILABLE');
    if (ofNetwork >= this.#limits.clientsPerNetwork)
      throw new Fault('RATE_LIMITED', 'Too many streams are open from this address.', {
        retryAfterMs: RETRY_AFTER_MS,
      });
    this.#count += 1;
    this.#byNetwork.set(network, ofNetwork + 1);
    return () => this.#giveBack(network);
  }

  /** @returns what takes the client out again */
  add(client: LiveClient): () => void {
    if (this.#isOver) client.end();
    const slot = this.#slots[this.#nextSlot++ % SLOTS]!;
    slot.add(client);
    return () => slot.delete(client);
  }

  /** Ends every stream, and accepts no other. */
  end(): void {
    this.#isOver = true;
    clearInterval(this.#timer);
    for (const slot of this.#slots) for (const client of slot) client.end();
  }

  #giveBack(network: string): void {
    this.#count -= 1;
    const left = this.#byNetwork.get(network)! - 1;
    if (left > 0) this.#byNetwork.set(network, left);
    else this.#byNetwork.delete(network);
  }

  #beat(): void {
    for (const client of this.#slots[this.#nextBeat++ % SLOTS]!) client.beat();
  }
}
