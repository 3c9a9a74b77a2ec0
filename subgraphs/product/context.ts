import DataLoader from 'dataloader';
import type { ContextMaker, SubgraphContext } from '../../platform/graphql/subgraph-context.ts';
import type { Product } from './catalog/product.ts';
import type { ProductServices } from './services.ts';

export interface ProductContext extends SubgraphContext {
  readonly services: ProductServices;
  /** Batches the reads of one request. Null for a product that does not exist. */
  readonly products: DataLoader<string, Product | null>;
}

export const contextMaker =
  (services: ProductServices): ContextMaker<ProductContext> =>
  (base) =>
    Object.assign(base, {
      services,
      products: new DataLoader<string, Product | null>((ids) => services.reader.readMany(ids)),
    });
