import { createSubgraphClient, type SubgraphClient } from '../../platform/subgraph-client/client.ts';
import type { Logger } from '../../platform/logger.ts';
import { instrumented } from '../../platform/observability/instrumented-client.ts';
import type { Pool } from 'mysql2/promise';
import { databaseName } from '../../platform/mysql/connection-options.ts';
import { openDatabase, openPool, type Database } from '../../platform/mysql/database.ts';
import { connectRedis, type Redis } from '../../platform/redis/client.ts';
import type { OrderConfig } from './config.ts';
import { CreateOrders1764000000000 } from './migrations/1764000000000-create-orders.ts';
import { CreatePayments1764100000000 } from './migrations/1764100000000-create-payments.ts';
import { CreateWishlists1764100000001 } from './migrations/1764100000001-create-wishlists.ts';
import { IndexOrdersByStatus1769000000000 } from './migrations/1769000000000-index-orders-by-status.ts';
import { CountCheckouts1769000000001 } from './migrations/1769000000001-count-checkouts.ts';
import { IndexDoneMovements1771000000000 } from './migrations/1771000000000-index-done-movements.ts';
import { KeyFingerprints1773000000000 } from './migrations/1773000000000-key-fingerprints.ts';
import { LIST_LIMITS } from './orders/order-lists.ts';
import { WishlistCheckout } from './wishlist/wishlist-checkout.ts';
import { WishlistItem } from './wishlist/wishlist-item.ts';

/** What this process is connected to. */
export interface OrderStores {
  readonly database: Database;
  /** Connections of lists alone: what a purchase needs is never taken by a list, and a statement that takes long is ended. */
  readonly lists: Pool;
  readonly redis: Redis;
  readonly productClient: SubgraphClient;
  readonly userClient: SubgraphClient;
}

/** @throws {ConfigurationError} when a store is not acceptable; nothing stays open then */
export async function openOrderStores(config: OrderConfig, logger: Logger): Promise<OrderStores> {
  const needs = {
    commands: [
      ...['get', 'set', 'unlink', 'publish', 'hget', 'hset'],
      ...['zadd', 'zrange', 'zremrangebyscore'],
    ],
    writeKeys: ['job', 'stock'].map((kind) => `${config.REDIS_PREFIX}${kind}:write-check`),
  };
  const redis = await connectRedis({ url: config.REDIS_URL, needs, logger }, config.STORES_WAIT);
  try {
    const database = await openDatabase({
      url: config.MYSQL_URL,
      subgraph: 'order',
      entities: [WishlistItem, WishlistCheckout],
      migrations: [
        CreateOrders1764000000000,
        CreatePayments1764100000000,
        CreateWishlists1764100000001,
        IndexOrdersByStatus1769000000000,
        CountCheckouts1769000000001,
        IndexDoneMovements1771000000000,
        KeyFingerprints1773000000000,
      ],
      poolSize: 10,
      queueLimit: 5_000,
      waitMs: config.STORES_WAIT,
      logger,
    });
    const lists = openPool(
      {
        url: config.MYSQL_URL,
        poolSize: LIST_LIMITS.connections,
        queueLimit: LIST_LIMITS.connections,
        statementLimitMs: LIST_LIMITS.statementMs,
        guard: database.guard,
      },
      databaseName(config.MYSQL_URL, 'order'),
    );
    const { identitySecrets, DISCOVERY_REFRESH: discoveryRefreshMs } = config;
    const client = (subgraph: 'product' | 'user', urls: readonly string[]) => {
      const identitySecret = identitySecrets[subgraph];
      return instrumented(
        subgraph,
        createSubgraphClient({ subgraph, urls, identitySecret, discoveryRefreshMs, logger }),
      );
    };
    return {
      database,
      lists,
      redis,
      productClient: client('product', config.PRODUCT_URL),
      userClient: client('user', config.USER_URL),
    };
  } catch (error) {
    redis.disconnect();
    throw error;
  }
}

export async function closeOrderStores({
  database,
  lists,
  redis,
  productClient,
  userClient,
}: OrderStores): Promise<void> {
  await Promise.all([productClient.close(), userClient.close()]);
  redis.disconnect();
  await lists.end();
  await database.close();
}
