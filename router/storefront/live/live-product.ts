import { setImmediate as nextTurnOfTheLoop } from 'node:timers/promises';
import { eventOf, isNews, nextTurn, tagOf, type LiveState, type LiveStock } from './live-state.ts';
import type { ServerClock } from './server-clock.ts';

export interface Listener {
  /** The product has changed. Must be cheap, and must not throw. */
  tell(product: LiveProduct): void;
}

/** How far apart changes are told, at the least, in milliseconds. */
const APART_MS = 250;
/** Telling takes at most this part of the process's time, however many listen. */
const SHARE_OF_TIME = 0.1;
/** Listeners that are told before others get their turn. */
const PER_TURN = 500;
/** Whoever is told within this time is told in the same words. Milliseconds. */
const SAME_WORDS_MS = 50;
/** The longest that a timer of Node can be set for, in milliseconds. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * A product that somebody watches: its latest state, told to all who listen a few times a second at the most, the last one
 * always. Opening and closing of the sale come by the server's clock.
 */
export class LiveProduct {
  readonly #clock: ServerClock;
  readonly #listeners = new Set<Listener>();
  #state: LiveState;
  #tag: string;
  #words = { tag: '', at: 0, text: '' };
  #telling: 'no' | 'soon' | 'now' | 'againAfterwards' = 'no';
  #notBefore = 0;
  #tellTimer: NodeJS.Timeout | undefined;
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
    if (this.#words.tag !== this.#tag || now - this.#words.at > SAME_WORDS_MS)
      this.#words = { tag: this.#tag, at: now, text: eventOf(this.#state, now) };
    return this.#words.text;
  }

  listen(listener: Listener): void {
    this.#listeners.add(listener);
  }

  leave(listener: Listener): void {
    this.#listeners.delete(listener);
  }

  /** What the subgraphs answered. */
  replace({ productId, sale, stock }: LiveState): void {
    const known = this.#state.stock;
    this.#state = { productId, sale, stock: stock && !isNews(known, stock) ? known : stock };
    this.#changed();
  }

  /** What was announced. */
  replaceStock(stock: LiveStock): void {
    if (!isNews(this.#state.stock, stock)) return;
    this.#state = { ...this.#state, stock };
    this.#changed();
  }

  close(): void {
    clearTimeout(this.#tellTimer);
    clearTimeout(this.#turnTimer);
    this.#listeners.clear();
  }

  #changed(): void {
    this.#awaitTurn();
    const tag = tagOf(this.#state, this.#clock.now());
    if (tag === this.#tag) return;
    this.#tag = tag;
    this.#tellSoon();
  }

  #awaitTurn(): void {
    clearTimeout(this.#turnTimer);
    const now = this.#clock.now();
    const turn = nextTurn(this.#state.sale, now);
    if (turn === null) return;
    this.#turnTimer = setTimeout(() => this.#changed(), Math.min(turn - now, LONGEST_TIMER_MS));
    this.#turnTimer.unref();
  }

  #tellSoon(): void {
    if (this.#telling === 'now') this.#telling = 'againAfterwards';
    if (this.#telling !== 'no') return;
    this.#telling = 'soon';
    const delayMs = Math.max(0, this.#notBefore - performance.now());
    this.#tellTimer = setTimeout(() => void this.#tellAll(), delayMs);
  }

  async #tellAll(): Promise<void> {
    this.#telling = 'now';
    const listeners = [...this.#listeners];
    let tookMs = 0;
    for (let start = 0; start < listeners.length; start += PER_TURN) {
      const begunAt = performance.now();
      for (const listener of listeners.slice(start, start + PER_TURN)) {
        if (this.#listeners.has(listener)) listener.tell(this);
      }
      tookMs += performance.now() - begunAt;
      await nextTurnOfTheLoop();
    }
    this.#notBefore = performance.now() + Math.max(APART_MS, tookMs / SHARE_OF_TIME);
    const isAsked = (this.#telling as string) === 'againAfterwards';
    this.#telling = 'no';
    if (isAsked) this.#tellSoon();
  }
}
