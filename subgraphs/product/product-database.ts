import type { Logger } from '../../platform/logger.ts';
import { openDatabase, type Database } from '../../platform/mysql/database.ts';
import type { ProductConfig } from './config.ts';
import { Product } from './entities/product.ts';
import { ProductWordEnding } from './entities/product-word-ending.ts';
import { CreateProduct1767225600000 } from './migrations/1767225600000-create-product.ts';

/** Callers that may wait for a connection before the next one is refused. */
const QUEUE_LIMIT = 1_000;

/** The database of this subgraph, migrated. */
export const openProductDatabase = (config: ProductConfig, logger: Logger): Promise<Database> =>
  openDatabase({
    url: config.MYSQL_URL,
    room: 'product',
    entities: [Product, ProductWordEnding],
    migrations: [CreateProduct1767225600000],
    poolSize: config.PRODUCT_MYSQL_POOL,
    queueLimit: QUEUE_LIMIT,
    logger,
  });
