import type { Logger } from '../../platform/logger.ts';
import { createProductCache } from './cache/product-cache.ts';
import { createProductReader, type ProductReader } from './cache/product-reader.ts';
import { createProductRepository, type ProductRepository } from './catalog/product-repository.ts';
import type { ProductConfig } from './config.ts';
import { createProductListRepository, type ProductListRepository } from './lists/product-list-repository.ts';
import type { SaleClock } from './sale/sale-clock.ts';
import type { ProductStores } from './stores.ts';

/** What the use cases work with. One set a process. */
export interface ProductServices {
  readonly repository: ProductRepository;
  readonly lists: ProductListRepository;
  readonly reader: ProductReader;
  readonly clock: SaleClock;
}

export function createProductServices(
  config: Pick<ProductConfig, 'REDIS_PREFIX' | 'PRODUCT_CACHE_TTL'>,
  { database, lists, redis, clock }: ProductStores,
  logger: Logger,
): ProductServices {
  const repository = createProductRepository(database.orm);
  const cache = createProductCache({
    redis,
    prefix: config.REDIS_PREFIX,
    ttlMs: config.PRODUCT_CACHE_TTL,
    logger,
  });
  return {
    repository,
    lists: createProductListRepository(lists),
    reader: createProductReader(repository, cache),
    clock,
  };
}
