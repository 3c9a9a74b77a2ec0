import DataLoader from 'dataloader';
import type { ContextMaker, SubgraphContext } from '../../platform/graphql/subgraph-context.ts';
import type { ProductListRepository } from './lists/product-list-repository.ts';
import type { ProductReader } from './cache/product-reader.ts';
import type { Product } from './catalog/product.ts';
import type { ProductRepository } from './catalog/product-repository.ts';
import type { SaleClock } from './sale/sale-clock.ts';

/** What the use cases work with; lives as long as the process. */
export interface ProductServices {
  readonly repository: ProductRepository;
  readonly lists: ProductListRepository;
  readonly reader: ProductReader;
  readonly clock: SaleClock;
}

export interface ProductContext extends SubgraphContext {
  readonly services: ProductServices;
  /** Gathers what one request asks for. Null for a product that does not exist. */
  readonly products: DataLoader<string, Product | null>;
}

export const contextMaker =
  (services: ProductServices): ContextMaker<ProductContext> =>
  (base) => ({
    ...base,
    services,
    products: new DataLoader((ids) => services.reader.readMany(ids)),
  });
