import { warnOfStandIns } from '../../platform/config/choose-stand-ins.ts';
import { startSubgraph } from '../../platform/graphql/subgraph-server.ts';
import type { RunningHttpServer } from '../../platform/http/server.ts';
import { openIdentityVerifier, openSubgraphTokens } from '../../platform/identity/subgraph-auth.ts';
import type { RunningProcess } from '../../platform/lifecycle/run-process.ts';
import type { Logger } from '../../platform/logger.ts';
import type { Database } from '../../platform/mysql/database.ts';
import { connectRedis, type Redis } from '../../platform/redis/client.ts';
import { assertRedisUsable } from '../../platform/redis/condition.ts';
import { createProductCache } from './cache/product-cache.ts';
import { createProductReader } from './cache/product-reader.ts';
import type { ProductConfig } from './config.ts';
import { contextMaker } from './context.ts';
import { permissions } from './permissions.ts';
import type { ListReads } from './lists/list-concurrency.ts';
import { createProductListRepository } from './lists/product-list-repository.ts';
import { openListReads, openProductDatabase } from './stores.ts';
import { createProductRepository } from './catalog/product-repository.ts';
import { resolvers } from './resolvers.ts';
import { startSaleClock, type SaleClock } from './sale/sale-clock.ts';

interface Stores {
  readonly database: Database;
  readonly lists: ListReads;
  readonly redis: Redis;
  readonly clock: SaleClock;
}

/** How long a command to Redis may take before MySQL is asked instead, in milliseconds. */
const REDIS_PATIENCE_MS = 500;

/** @throws {ConfigurationError} when a store is not acceptable; nothing stays open then */
export async function startProductSubgraph(config: ProductConfig, logger: Logger): Promise<RunningProcess> {
  warnOfStandIns(config.standIns, logger);
  const stores = await openStores(config, logger);
  try {
    const http = await serve(config, stores, logger);
    return {
      url: http.url,
      close: async () => {
        http.announceEnd();
        await http.close();
        await closeStores(stores);
      },
    };
  } catch (error) {
    await closeStores(stores);
    throw error;
  }
}

function serve(
  config: ProductConfig,
  { database, lists, redis, clock }: Stores,
  logger: Logger,
): Promise<RunningHttpServer> {
  const repository = createProductRepository(database.orm);
  const cache = createProductCache({
    redis,
    prefix: config.REDIS_PREFIX,
    ttlMs: config.PRODUCT_CACHE_TTL,
    logger,
  });
  const reader = createProductReader(repository, cache);
  return startSubgraph({
    schemaFile: new URL('../../schema/product.graphql', import.meta.url),
    resolvers,
    permissions,
    context: contextMaker({ repository, lists: createProductListRepository(lists), reader, clock }),
    verifier: openIdentityVerifier('product', config.identitySecret, config, logger),
    tokens: openSubgraphTokens(config, logger),
    host: config.HOST,
    port: config.PRODUCT_PORT,
    readiness: {
      mysql: () => database.ping(),
      redis: () => assertRedisUsable(redis, [`${config.REDIS_PREFIX}product:write-check`]),
    },
    logger,
  });
}

async function openStores(config: ProductConfig, logger: Logger): Promise<Stores> {
  const redis = await connectRedis(
    { url: config.REDIS_URL, commandTimeoutMs: REDIS_PATIENCE_MS, logger },
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

async function closeStores({ database, lists, redis, clock }: Stores): Promise<void> {
  clock.stop();
  redis.disconnect();
  await lists.close();
  await database.close();
}
