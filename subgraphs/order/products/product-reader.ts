import { LRUCache } from 'lru-cache';
import { v7 as uuidv7 } from 'uuid';
import { createCoalescer } from '../../../platform/batching/coalescer.ts';
import { Fault } from '../../../platform/errors.ts';
import type { Logger } from '../../../platform/logger.ts';
import type { SubgraphClient } from '../../../platform/subgraph-client/client.ts';
import { withTimeout } from '../../../platform/with-timeout.ts';
import type { SaleTerms } from '../stock/stock-outcomes.ts';

/** What a purchase has to know of a product. Money in the smallest unit of its currency. */
export interface ProductForSale {
  readonly id: string;
  readonly name: string;
  readonly unitPrice: number;
  readonly currency: string;
  readonly terms: SaleTerms;
}

/** A change of a product shows in purchases within a second: half of it is here, half in the product subgraph's cache. */
const FRESH_MS = 500;
const DEADLINE_MS = 2_000;
const MAX_PER_REQUEST = 100;
/** A purchase of a product that is known waits for its terms no longer than this; then it uses the known ones. */
const REFRESH_TIMEOUT_MS = 250;
/** While it does not answer, a request is sent no more often than this. */
const PROBE_EVERY_MS = 250;

interface Known {
  readonly product: ProductForSale | null;
  /** Of `performance.now()`. */
  readonly readAt: number;
}

/**
 * Products as the product subgraph has them, kept for half a second. Request deduplication: however many purchases need it, one request is under way.
 *
 * When the product subgraph does not answer, the terms that are known stay in use for a bounded time (stale-if-error, RFC 5861), so
 * that its outage does not stop the sales. A state machine with two states: `healthy`, and `suspect` from the first request that fails
 * or takes long until one succeeds. While it is suspect no purchase waits for it: one request at a time is the probe.
 */
export class ProductReader {
  readonly #client: Pick<SubgraphClient, 'send'>;
  readonly #known: LRUCache<string, Known>;
  readonly #refreshing = new Map<string, Promise<ProductForSale | null>>();
  /** Of `performance.now()`; null while the product subgraph is healthy. */
  #suspectSince: number | null = null;
  #failedAt = Number.NEGATIVE_INFINITY;
  readonly #logger: Logger | undefined;
  readonly #requests = createCoalescer((ids: readonly string[]) => this.#fetch(ids), {
    maxItems: MAX_PER_REQUEST,
  });

  /** @param staleMs for how long known terms stay in use while the product subgraph does not answer, in milliseconds */
  constructor(client: Pick<SubgraphClient, 'send'>, staleMs = 0, logger?: Logger) {
    this.#client = client;
    this.#logger = logger;
    this.#known = new LRUCache({ max: 10_000, ttl: Math.max(FRESH_MS, staleMs) });
  }

  /**
   * @returns null when there is no such product
   * @throws {Fault} UNAVAILABLE or TIMEOUT when the subgraph does not answer, and the product is not known
   */
  async read(productId: string): Promise<ProductForSale | null> {
    const known = this.#known.get(productId);
    if (known && isFresh(known)) return known.product;
    // That there is no such product is not for keeping: it may have been created since.
    if (!known?.product) return this.#readUnknown(productId);
    if (this.#hasJustFailed()) return known.product;
    const refreshed = this.#refresh(productId).catch(() => known.product);
    if (this.#suspectSince !== null) return known.product;
    return withTimeout(REFRESH_TIMEOUT_MS, refreshed, () => {
      this.#markSuspect();
      return known.product;
    });
  }

  #readUnknown(productId: string): Promise<ProductForSale | null> {
    // Behind a request that is not answered each would wait for its whole timeout.
    const isBehind = this.#suspectSince !== null && this.#refreshing.size > 0;
    if (isBehind || this.#hasJustFailed()) return Promise.reject(new Fault('UNAVAILABLE'));
    return this.#refresh(productId);
  }

  #hasJustFailed(): boolean {
    return this.#suspectSince !== null && performance.now() - this.#failedAt < PROBE_EVERY_MS;
  }

  #markSuspect(error?: unknown): void {
    if (this.#suspectSince !== null) return;
    this.#suspectSince = performance.now();
    this.#logger?.warn(
      { err: error },
      'the product subgraph does not answer; terms that are known stay in use',
    );
  }

  #markHealthy(): void {
    if (this.#suspectSince === null) return;
    const forMs = Math.round(performance.now() - this.#suspectSince);
    this.#suspectSince = null;
    this.#logger?.info({ forMs }, 'the product subgraph answers again');
  }

  /** Callers that need the product meanwhile share the request. */
  #refresh(productId: string): Promise<ProductForSale | null> {
    const running = this.#refreshing.get(productId);
    if (running) return running;
    const refreshing = this.#requests.submit(productId).finally(() => this.#refreshing.delete(productId));
    this.#refreshing.set(productId, refreshing);
    return refreshing;
  }

  async #fetch(wanted: readonly string[]): Promise<(ProductForSale | null)[]> {
    const found = new Map<string, ProductForSale | null>();
    // Those that waited behind a request for the same product find it answered, and may not be known any more after the next one.
    for (const id of wanted) {
      const known = this.#known.get(id);
      if (known && isFresh(known)) found.set(id, known.product);
    }
    const missing = [...new Set(wanted)].filter((id) => !found.has(id));
    if (missing.length > 0) {
      const entities = await this.#request(missing);
      missing.forEach((id, index) => {
        const product = toProduct(entities[index] ?? null);
        found.set(id, product);
        this.#known.set(id, { product, readAt: performance.now() });
      });
    }
    return wanted.map((id) => found.get(id) ?? null);
  }

  async #request(ids: readonly string[]): Promise<(ProductEntity | null)[]> {
    try {
      const reply = await this.#client.send(
        { query: QUERY, variables: { references: ids.map((id) => ({ __typename: 'Product', id })) } },
        { caller: null, requestId: uuidv7(), remainingMs: null },
        DEADLINE_MS,
      );
      const entities = reply.data?.['_entities'] as (ProductEntity | null)[] | undefined;
      if (!entities || reply.errors) throw new Fault('UNAVAILABLE');
      this.#markHealthy();
      return entities;
    } catch (error) {
      this.#failedAt = performance.now();
      this.#markSuspect(error);
      throw error;
    }
  }
}

const isFresh = ({ readAt }: Known): boolean => performance.now() - readAt < FRESH_MS;

const QUERY = `query ProductsForSale($references: [_Any!]!) {
  _entities(representations: $references) {
    ... on Product { id name price { amount currency } opensAt closesAt status purchaseLimit }
  }
}`;

interface ProductEntity {
  readonly id: string;
  readonly name: string;
  readonly price: { readonly amount: number; readonly currency: string };
  readonly opensAt: string;
  readonly closesAt: string | null;
  readonly status: string;
  readonly purchaseLimit: number | null;
}

function toProduct(entity: ProductEntity | null): ProductForSale | null {
  if (!entity) return null;
  return {
    id: entity.id,
    name: entity.name,
    unitPrice: entity.price.amount,
    currency: entity.price.currency,
    terms: {
      opensAt: Date.parse(entity.opensAt),
      closesAt: entity.closesAt === null ? null : Date.parse(entity.closesAt),
      withdrawn: entity.status === 'WITHDRAWN',
      purchaseLimit: entity.purchaseLimit,
    },
  };
}
