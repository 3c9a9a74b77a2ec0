import { LRUCache } from 'lru-cache';
import { v7 as uuidv7 } from 'uuid';
import { createCoalescer } from '../../../platform/batching/coalescer.ts';
import { Fault } from '../../../platform/errors.ts';
import type { SubgraphClient } from '../../../platform/http/subgraph-client.ts';
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

/**
 * Products as the product subgraph has them, kept for half a second. However many purchases ask, one request is under way.
 */
export class ProductReader {
  readonly #client: Pick<SubgraphClient, 'send'>;
  readonly #known = new LRUCache<string, { readonly product: ProductForSale | null }>({
    max: 10_000,
    ttl: FRESH_MS,
  });
  readonly #questions = createCoalescer((ids: readonly string[]) => this.#fetch(ids), {
    maxItems: MAX_PER_REQUEST,
  });

  constructor(client: Pick<SubgraphClient, 'send'>) {
    this.#client = client;
  }

  /** @returns null when there is no such product @throws {Fault} UNAVAILABLE or TIMEOUT when the subgraph does not answer */
  async read(productId: string): Promise<ProductForSale | null> {
    const known = this.#known.get(productId);
    return known ? known.product : this.#questions.ask(productId);
  }

  async #fetch(asked: readonly string[]): Promise<(ProductForSale | null)[]> {
    const found = new Map<string, ProductForSale | null>();
    // Those that waited behind a request for the same product find it answered, and may not be known any more after the next one.
    for (const id of asked) {
      const known = this.#known.get(id);
      if (known) found.set(id, known.product);
    }
    const missing = [...new Set(asked)].filter((id) => !found.has(id));
    if (missing.length > 0) {
      const reply = await this.#client.send(
        { query: QUERY, variables: { references: missing.map((id) => ({ __typename: 'Product', id })) } },
        { caller: null, requestId: uuidv7(), patienceMs: null },
        DEADLINE_MS,
      );
      const entities = reply.data?.['_entities'] as (ProductEntity | null)[] | undefined;
      if (!entities || reply.errors) throw new Fault('UNAVAILABLE');
      missing.forEach((id, index) => {
        const product = toProduct(entities[index] ?? null);
        found.set(id, product);
        this.#known.set(id, { product });
      });
    }
    return asked.map((id) => found.get(id) ?? null);
  }
}

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
