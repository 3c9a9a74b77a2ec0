import type { Logger } from '../../platform/logger.ts';
import { openDatabase, openOrm, type Database } from '../../platform/mysql/database.ts';
import { databaseName } from '../../platform/mysql/connection-options.ts';
import { readFromPrimary, readFromReplica } from '../../platform/mysql/replica-reads.ts';
import { connectRedis, type Redis } from '../../platform/redis/client.ts';
import type { ProductConfig } from './config.ts';
import { Product } from './catalog/product.ts';
import { ProductNameSuffix } from './search/name-suffix.ts';
import { withConcurrencyLimit, type ListReads } from './lists/list-concurrency.ts';
import { CreateProduct1767225600000 } from './migrations/1767225600000-create-product.ts';
import { IndexLists1767312000000 } from './migrations/1767312000000-index-lists.ts';
import { startSaleClock, type SaleClock } from './sale/sale-clock.ts';

/** What this process is connected to. */
export interface ProductStores {
  readonly database: Database;
  /** Connections of lists alone: the terms of a sale are never delayed by a list. */
  readonly lists: ListReads;
  readonly redis: Redis;
  readonly clock: SaleClock;
}

/** Time limit of a Redis command, after which MySQL is read instead, in milliseconds. */
const REDIS_TIMEOUT_MS = 500;

/** @throws {ConfigurationError} when a store is not acceptable; nothing stays open then */
export async function openProductStores(config: ProductConfig, logger: Logger): Promise<ProductStores> {
  const redis = await connectRedis(
    {
      url: config.REDIS_URL,
      commandTimeoutMs: REDIS_TIMEOUT_MS,
      needs: { writeKeys: [`${config.REDIS_PREFIX}product:write-check`] },
      logger,
    },
    config.STORES_WAIT,
  );
  try {
    const clock = await startSaleClock(redis);
    const database = await openProductDatabase(config, logger);
    return { redis, clock, database, lists: await openListReads(config, database, logger) };
  } catch (error) {
    redis.disconnect();
    throw error;
  }
}

export async function closeProductStores({ database, lists, redis, clock }: ProductStores): Promise<void> {
  clock.stop();
  redis.disconnect();
  await lists.close();
  await database.close();
}

/** Callers that may queue for a connection before the next one is rejected. */
const QUEUE_LIMIT = 1_000;

const ENTITIES = [Product, ProductNameSuffix];

/** The database of this subgraph, migrated. */
export const openProductDatabase = (config: ProductConfig, logger: Logger): Promise<Database> =>
  openDatabase({
    url: config.MYSQL_URL,
    subgraph: 'product',
    entities: ENTITIES,
    migrations: [CreateProduct1767225600000, IndexLists1767312000000],
    poolSize: config.PRODUCT_MYSQL_POOL,
    queueLimit: QUEUE_LIMIT,
    waitMs: config.STORES_WAIT,
    logger,
  });

/**
 * The share of lists and search (bulkhead): small enough that no other statement waits for them, whatever is searched for. One client
 * has half of the connections at the most, so that the others are served while that client searches at its limit.
 */
const LISTS = {
  connections: 4,
  connectionsPerClient: 2,
  waiting: 200,
  timeoutMs: 1_000,
  statementLimitMs: 1_000,
};

/**
 * For lists and search: connections of their own, so that the terms of a sale are never delayed by a list; to the replica where
 * there is one.
 */
async function openListReads(
  config: ProductConfig,
  { guard }: Pick<Database, 'guard'>,
  logger: Logger,
): Promise<ListReads> {
  const database = databaseName(config.MYSQL_URL, 'product');
  const options = {
    entities: ENTITIES,
    poolSize: LISTS.connections,
    queueLimit: LISTS.waiting,
    statementLimitMs: LISTS.statementLimitMs,
  };
  const primary = await openOrm({ ...options, url: config.MYSQL_URL, migrations: [], guard }, database);
  const reads =
    config.MYSQL_REPLICA_URL === undefined
      ? readFromPrimary(primary)
      : await readFromReplica(primary, {
          ...options,
          url: config.MYSQL_REPLICA_URL,
          database,
          maxLagMs: config.MYSQL_REPLICA_MAX_LAG,
          logger,
        });
  const limited = withConcurrencyLimit(reads, {
    running: LISTS.connections,
    runningPerKey: LISTS.connectionsPerClient,
    waiting: LISTS.waiting,
    timeoutMs: LISTS.timeoutMs,
  });
  return {
    ...limited,
    close: async () => {
      await limited.close();
      await primary.destroy();
    },
  };
}
