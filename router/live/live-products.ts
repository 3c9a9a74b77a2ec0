import { Fault } from '../../platform/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import { LiveProduct } from './live-product.ts';
import type { ReadLiveState } from './live-reader.ts';
import type { LiveStock } from './live-state.ts';
import type { ServerClock } from './server-clock.ts';
import type { StockNews } from './stock-changes.ts';

export interface LiveProductsOptions {
  readonly read: ReadLiveState;
  readonly clock: ServerClock;
  /** Products that may be watched at once; each is read anew every few seconds. */
  readonly maxProducts: number;
  readonly logger: Logger;
}

interface Watched {
  readonly product: Promise<LiveProduct>;
  /** Once it is there. */
  live: LiveProduct | null;
  /** What was announced before it was there. */
  early: LiveStock | null;
  watchers: number;
}

/** The products that somebody watches. One is read when the first comes, and forgotten when the last has gone. */
export class LiveProducts {
  readonly #options: LiveProductsOptions;
  readonly #watched = new Map<string, Watched>();

  constructor(options: LiveProductsOptions) {
    this.#options = options;
  }

  /**
   * Each call wants a call of `leave`, unless it throws.
   *
   * @throws {Fault} NOT_FOUND; UNAVAILABLE and the like when the subgraphs did not answer
   */
  async watch(productId: string): Promise<LiveProduct> {
    const watched = this.#watched.get(productId) ?? this.#begin(productId);
    watched.watchers += 1;
    try {
      return await watched.product;
    } catch (error) {
      this.#leave(productId, watched);
      throw error;
    }
  }

  leave(productId: string): void {
    const watched = this.#watched.get(productId);
    if (watched) this.#leave(productId, watched);
  }

  /** An announcement of the order subgraph. */
  hear({ productId, ...stock }: StockNews): void {
    const watched = this.#watched.get(productId);
    if (!watched) return;
    if (watched.live) watched.live.replaceStock(stock);
    else watched.early = stock;
  }

  /** Reads anew what is watched: terms of sale may have changed, and news may have been missed. */
  async refresh(): Promise<void> {
    const { read, logger } = this.#options;
    const results = await Promise.allSettled(
      [...this.#watched].map(async ([productId, { live }]) => {
        const state = live && (await read(productId));
        if (state) live.replace(state);
      }),
    );
    const failed = results.filter(({ status }) => status === 'rejected').length;
    if (failed > 0) logger.warn({ failed }, 'live products could not be read anew');
  }

  close(): void {
    for (const { live } of this.#watched.values()) live?.close();
    this.#watched.clear();
  }

  #begin(productId: string): Watched {
    if (this.#watched.size >= this.#options.maxProducts) throw new Fault('UNAVAILABLE');
    const watched: Watched = { product: this.#open(productId), live: null, early: null, watchers: 0 };
    this.#watched.set(productId, watched);
    return watched;
  }

  async #open(productId: string): Promise<LiveProduct> {
    const state = await this.#options.read(productId);
    if (!state) throw new Fault('NOT_FOUND', `There is no product ${productId}.`);
    const live = new LiveProduct(state, this.#options.clock);
    const watched = this.#watched.get(productId);
    if (!watched) live.close();
    else {
      watched.live = live;
      if (watched.early) live.replaceStock(watched.early);
    }
    return live;
  }

  #leave(productId: string, watched: Watched): void {
    watched.watchers -= 1;
    if (watched.watchers > 0) return;
    watched.live?.close();
    if (this.#watched.get(productId) === watched) this.#watched.delete(productId);
  }
}
