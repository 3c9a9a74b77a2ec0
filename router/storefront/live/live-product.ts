import { setImmediate as nextTurnOfTheLoop } from 'node:timers/promises';
import { eventOf, isNews, nextTurn, tagOf, type LiveState, type LiveStock } from './live-state.ts';
import type { ServerClock } from './server-clock.ts';

export interface Listener {
  /** The product has changed. Must be cheap, and must not throw. */
  notify(product: LiveProduct): void;
}

/** The shortest time between two notifications, in milliseconds. */
const APART_MS = 250;
/** Notifications take at most this part of the process's time, however many listeners there are. */
const SHARE_OF_TIME = 0.1;
/** Listeners that are notified before the event loop goes on. */
const PER_TURN = 500;
/** Serialized events are reused for this long, in milliseconds. */
const REUSED_MS = 50;
/** The longest that a timer of Node can be set for, in milliseconds. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * A product that clients watch: it notifies its listeners of the latest state a few times a second at the most, and always of the last
 * one. Opening and closing of the sale come by the server's clock.
 */
export class LiveProduct {
  readonly #clock: ServerClock;
  readonly #listeners = new Set<Listener>();
  #state: LiveState;
  #tag: string;
  #serialized = { tag: '', at: 0, text: '' };
  #notifying: 'no' | 'soon' | 'now' | 'againAfterwards' = 'no';
  #notBefore = 0;
  #notifyTimer: NodeJS.Timeout | undefined;
  #turnTimer: NodeJS.Timeout | undefined;

  constructor(state: LiveState, clock: ServerClock) {
    this.#clock = clock;
    this.#state = state;
    this.#tag = tagOf(state, clock.now());
    this.#awaitTurn();
  }

  get id(): string {
    return this.#state.productId;
  }

  /** Names the state as clients see it. */
  get tag(): string {
    return this.#tag;
  }

  /** The state as an event, without an id. */
  get event(): string {
    const now = this.#clock.now();
    if (this.#serialized.tag !== this.#tag || now - this.#serialized.at > REUSED_MS)
      this.#serialized = { tag: this.#tag, at: now, text: eventOf(this.#state, now) };
    return this.#serialized.text;
  }

  listen(listener: Listener): void {
    this.#listeners.add(listener);
  }

  leave(listener: Listener): void {
    this.#listeners.delete(listener);
  }

  /** The state as the subgraphs answered it. */
  replace({ productId, sale, stock }: LiveState): void {
    const known = this.#state.stock;
    this.#state = { productId, sale, stock: stock && !isNews(known, stock) ? known : stock };
    this.#changed();
  }

  /** The stock as an order subgraph published it. */
  replaceStock(stock: LiveStock): void {
    if (!isNews(this.#state.stock, stock)) return;
    this.#state = { ...this.#state, stock };
    this.#changed();
  }

  close(): void {
    clearTimeout(this.#notifyTimer);
    clearTimeout(this.#turnTimer);
    this.#listeners.clear();
  }

  #changed(): void {
    this.#awaitTurn();
    const tag = tagOf(this.#state, this.#clock.now());
    if (tag === this.#tag) return;
    this.#tag = tag;
    this.#notifySoon();
  }

  #awaitTurn(): void {
    clearTimeout(this.#turnTimer);
    const now = this.#clock.now();
    const turn = nextTurn(this.#state.sale, now);
    if (turn === null) return;
    this.#turnTimer = setTimeout(() => this.#changed(), Math.min(turn - now, LONGEST_TIMER_MS));
    this.#turnTimer.unref();
  }

  #notifySoon(): void {
    if (this.#notifying === 'now') this.#notifying = 'againAfterwards';
    if (this.#notifying !== 'no') return;
    this.#notifying = 'soon';
    const delayMs = Math.max(0, this.#notBefore - performance.now());
    this.#notifyTimer = setTimeout(() => void this.#notifyAll(), delayMs);
  }

  async #notifyAll(): Promise<void> {
    this.#notifying = 'now';
    const listeners = [...this.#listeners];
    let tookMs = 0;
    for (let start = 0; start < listeners.length; start += PER_TURN) {
      const begunAt = performance.now();
      for (const listener of listeners.slice(start, start + PER_TURN)) {
        if (this.#listeners.has(listener)) listener.notify(this);
      }
      tookMs += performance.now() - begunAt;
      await nextTurnOfTheLoop();
    }
    this.#notBefore = performance.now() + Math.max(APART_MS, tookMs / SHARE_OF_TIME);
    const isDue = (this.#notifying as string) === 'againAfterwards';
    this.#notifying = 'no';
    if (isDue) this.#notifySoon();
  }
}
