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
  /** Products that may be watched at once, in all and from one network; each is read anew every few seconds. */
  readonly maxProducts: { readonly all: number; readonly perNetwork: number };
  readonly logger: Logger;
}

interface Watched {
  readonly product: Promise<LiveProduct>;
  /** Once it is there. */
  live: LiveProduct | null;
  /** What was announced before it was there. */
  early: LiveStock | null;
  /** How many watch from each network. */
  readonly watchers: Map<string, number>;
}

/** The products that somebody watches. One is read when the first comes, and forgotten when the last has gone. */
export class LiveProducts {
  readonly #options: LiveProductsOptions;
  readonly #watched = new Map<string, Watched>();
  /** How many products are watched from each network. */
  readonly #byNetwork = new Map<string, number>();

  constructor(options: LiveProductsOptions) {
    this.#options = options;
  }

  /**
   * Each call wants a call of `leave`, unless it throws.
   *
   * @param productId a UUID in lower case
   * @param network from which it is watched
   * @throws {Fault} NOT_FOUND; RATE_LIMITED; UNAVAILABLE and the like when the subgraphs did not answer
   */
  async watch(productId: string, network: string): Promise<LiveProduct> {
    this.#assertRoom(productId, network);
    const watched = this.#watched.get(productId) ?? this.#begin(productId);
    this.#enter(watched, network);
    try {
      return await watched.product;
    } catch (error) {
      this.#leave(productId, watched, network);
      throw error;
    }
  }

  leave(productId: string, network: string): void {
    const watched = this.#watched.get(productId);
    if (watched) this.#leave(productId, watched, network);
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
    if (this.#watched.size >= this.#options.maxProducts.all) throw new Fault('UNAVAILABLE');
    const product = this.#open(productId);
    const watched: Watched = { product, live: null, early: null, watchers: new Map() };
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

  /** @throws {Fault} RATE_LIMITED */
  #assertRoom(productId: string, network: string): void {
    if ((this.#byNetwork.get(network) ?? 0) < this.#options.maxProducts.perNetwork) return;
    if (this.#watched.get(productId)?.watchers.has(network)) return;
    throw new Fault('RATE_LIMITED', 'Too many products are watched from this address.');
  }

  #enter({ watchers }: Watched, network: string): void {
    const known = watchers.get(network) ?? 0;
    watchers.set(network, known + 1);
    if (known === 0) this.#byNetwork.set(network, (this.#byNetwork.get(network) ?? 0) + 1);
  }

  #leave(productId: string, watched: Watched, network: string): void {
    const left = (watched.watchers.get(network) ?? 0) - 1;
    if (left > 0) return void watched.watchers.set(network, left);
    watched.watchers.delete(network);
    const products = (this.#byNetwork.get(network) ?? 0) - 1;
    if (products > 0) this.#byNetwork.set(network, products);
    else this.#byNetwork.delete(network);
    if (watched.watchers.size > 0) return;
    watched.live?.close();
    if (this.#watched.get(productId) === watched) this.#watched.delete(productId);
  }
}
