import type { Logger } from '../../platform/logger.ts';
import { openDatabase, type Database } from '../../platform/mysql/database.ts';
import { databaseName } from '../../platform/mysql/connection-options.ts';
import { readFromPrimary, readFromReplica, type RelaxedReads } from '../../platform/mysql/relaxed-reads.ts';
import type { ProductConfig } from './config.ts';
import { Product } from './entities/product.ts';
import { ProductWordEnding } from './entities/product-word-ending.ts';
import { CreateProduct1767225600000 } from './migrations/1767225600000-create-product.ts';

/** Callers that may wait for a connection before the next one is refused. */
const QUEUE_LIMIT = 1_000;

const ENTITIES = [Product, ProductWordEnding];

/** The database of this subgraph, migrated. */
export const openProductDatabase = (config: ProductConfig, logger: Logger): Promise<Database> =>
  openDatabase({
    url: config.MYSQL_URL,
    room: 'product',
    entities: ENTITIES,
    migrations: [CreateProduct1767225600000],
    poolSize: config.PRODUCT_MYSQL_POOL,
    queueLimit: QUEUE_LIMIT,
    logger,
  });

/** For lists and search: the replica, where there is one. */
export const openListReads = async (
  config: ProductConfig,
  database: Database,
  logger: Logger,
): Promise<RelaxedReads> =>
  config.MYSQL_REPLICA_URL === undefined
    ? readFromPrimary(database.orm)
    : readFromReplica(database.orm, {
        url: config.MYSQL_REPLICA_URL,
        database: databaseName(config.MYSQL_URL, 'product'),
        entities: ENTITIES,
        poolSize: config.PRODUCT_MYSQL_POOL,
        queueLimit: QUEUE_LIMIT,
        maxLagMs: config.MYSQL_REPLICA_MAX_LAG,
        logger,
      });
