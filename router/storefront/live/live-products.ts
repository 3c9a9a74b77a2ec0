import { LRUCache } from 'lru-cache';
import { ConcurrencyLimit } from '../../../platform/concurrency/concurrency-limit.ts';
import { Fault } from '../../../platform/errors.ts';
import type { StockChanged } from '../../../platform/events/stock-changed.ts';
import type { Logger } from '../../../platform/logger.ts';
import { RETRY_AFTER_MS } from './live-clients.ts';
import { LiveProduct } from './live-product.ts';
import type { ReadLiveState } from './live-reader.ts';
import type { LiveStock } from './live-state.ts';
import type { ServerClock } from './server-clock.ts';

export interface LiveProductsOptions {
  readonly read: ReadLiveState;
  readonly clock: ServerClock;
  /** Products that may be watched at once, in all and from one network; each is read anew every few seconds. */
  readonly maxProducts: { readonly all: number; readonly perNetwork: number };
  readonly logger: Logger;
}

/** Products that are read at a time, and how long one may wait for that: an operation of `live-reader.ts` has so many. */
const READINGS = { running: 20, runningPerKey: 10, waiting: 4_000, timeoutMs: 5_000 };
/** Ids of no product that are remembered, and for how long, in milliseconds: the product may be made in the meantime. */
const ABSENT = { max: 10_000, ttl: 2_000 };

interface Watched {
  readonly product: Promise<LiveProduct>;
  /** Once it is there. */
  live: LiveProduct | null;
  /** What was announced before it was there. */
  early: LiveStock | null;
  /** How many watch from each network. */
  readonly watchers: Map<string, number>;
}

/** The products that clients watch. A product is read when its first client comes, and removed when its last client has left. */
export class LiveProducts {
  readonly #options: LiveProductsOptions;
  readonly #watched = new Map<string, Watched>();
  /** How many products are watched from each network. */
  readonly #byNetwork = new Map<string, number>();
  /** Fair between networks: unknown ids from one of them do not delay the products of another. */
  readonly #readings = new ConcurrencyLimit(READINGS);
  /** Ids that no product had when they were read. */
  readonly #absent = new LRUCache<string, true>(ABSENT);

  constructor(options: LiveProductsOptions) {
    this.#options = options;
  }

  /**
   * Each call needs a call of `leave`, unless it throws.
   *
   * @param productId a UUID in lower case
   * @param network from which it is watched
   * @throws {Fault} NOT_FOUND; RATE_LIMITED; UNAVAILABLE and the like when the subgraphs did not answer
   */
  async watch(productId: string, network: string): Promise<LiveProduct> {
    this.#assertCapacity(productId, network);
    if (this.#absent.has(productId)) throw noProduct(productId);
    const watched = this.#watched.get(productId) ?? this.#begin(productId, network);
    this.#enter(watched, network);
    try {
      return await watched.product;
    } catch (error) {
      this.#leave(productId, watched, network);
      throw error;
    }
  }

  /** Whether `watch` needs nothing of the subgraphs. */
  isAtHand(productId: string): boolean {
    return this.#watched.has(productId) || this.#absent.has(productId);
  }

  leave(productId: string, network: string): void {
    const watched = this.#watched.get(productId);
    if (watched) this.#leave(productId, watched, network);
  }

  /** An announcement of the order subgraph. */
  onStockChanged({ productId, ...stock }: StockChanged): void {
    this.#absent.delete(productId);
    const watched = this.#watched.get(productId);
    if (!watched) return;
    if (watched.live) watched.live.replaceStock(stock);
    else watched.early = stock;
  }

  /** Reads anew what is watched: terms of sale may have changed, and messages may have been missed. */
  async refresh(): Promise<void> {
    const { logger } = this.#options;
    const results = await Promise.allSettled(
      [...this.#watched].map(async ([productId, { live }]) => {
        const state = live && (await this.#read(productId, 'refresh'));
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

  #begin(productId: string, network: string): Watched {
    if (this.#watched.size >= this.#options.maxProducts.all) throw new Fault('UNAVAILABLE');
    const product = this.#open(productId, network);
    const watched: Watched = { product, live: null, early: null, watchers: new Map() };
    this.#watched.set(productId, watched);
    return watched;
  }

  async #open(productId: string, network: string): Promise<LiveProduct> {
    const state = await this.#read(productId, network);
    if (!state) {
      this.#absent.set(productId, true);
      throw noProduct(productId);
    }
    const live = new LiveProduct(state, this.#options.clock);
    const watched = this.#watched.get(productId);
    if (!watched) live.close();
    else {
      watched.live = live;
      if (watched.early) live.replaceStock(watched.early);
    }
    return live;
  }

  #read(productId: string, network: string): ReturnType<ReadLiveState> {
    return this.#readings.run(network, () => this.#options.read(productId));
  }

  /** @throws {Fault} RATE_LIMITED */
  #assertCapacity(productId: string, network: string): void {
    if ((this.#byNetwork.get(network) ?? 0) < this.#options.maxProducts.perNetwork) return;
    if (this.#watched.get(productId)?.watchers.has(network)) return;
    throw new Fault('RATE_LIMITED', 'Too many products are watched from this address.', {
      retryAfterMs: RETRY_AFTER_MS,
    });
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

const noProduct = (productId: string): Fault => new Fault('NOT_FOUND', `There is no product ${productId}.`);
