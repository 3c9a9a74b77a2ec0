import type { Database } from '../../platform/mysql/database.ts';
import type { Logger } from '../../platform/logger.ts';
import type { Redis } from '../../platform/redis/client.ts';
import type { SubgraphClient } from '../../platform/http/subgraph-client.ts';
import { OrderBatch } from './batch/order-batch.ts';
import { Tombstones } from './batch/tombstones.ts';
import { WriterConnection } from './batch/writer-connection.ts';
import type { OrderConfig } from './config.ts';
import { OrderLookup } from './orders/order-lookup.ts';
import { OrderRepository } from './orders/order-repository.ts';
import { ProductReader } from './products/product-reader.ts';
import { InFlight } from './purchase/in-flight.ts';
import { Purchases } from './purchase/purchase.ts';
import { MovementRelay } from './stock/movement-relay.ts';
import { StockReader } from './stock/read-stock.ts';
import { Reaper } from './stock/reaper.ts';
import { StockService } from './stock/stock-service.ts';

export type OrderServices = ReturnType<typeof createOrderServices>;

export interface OrderStores {
  readonly database: Database;
  readonly redis: Redis;
  readonly productClient: SubgraphClient;
}

/** A key that was settled this long ago may be forgotten by Redis, in milliseconds: a day. */
const KEY_MEMORY_MS = 86_400_000;

/** Everything that lives as long as the process, put together once. */
export function createOrderServices(config: OrderConfig, stores: OrderStores, logger: Logger) {
  const { pool } = stores.database;
  const stock = new StockService({
    redis: stores.redis,
    pool,
    prefix: config.REDIS_PREFIX,
    reservationTtlMs: config.RESERVATION_TIMEOUT,
    memoryMs: KEY_MEMORY_MS,
    logger,
  });
  const orders = new OrderRepository(pool);
  const tombstones = new Tombstones(pool, orders);
  const connection = new WriterConnection(config.MYSQL_URL);
  const batch = new OrderBatch({
    connection,
    pool,
    orders,
    tombstones,
    maxBatch: config.MAX_BATCH,
    queueLimit: config.MAX_PURCHASES_IN_FLIGHT,
    logger,
  });
  const lookup = new OrderLookup(orders);
  const products = new ProductReader(stores.productClient);
  const inFlight = new InFlight();
  const purchases = new Purchases({
    products,
    stock,
    batch,
    tombstones,
    lookup,
    inFlight,
    paymentTimeoutMs: config.PAYMENT_TIMEOUT,
    maxInFlight: config.MAX_PURCHASES_IN_FLIGHT,
    logger,
  });
  const relay = new MovementRelay(stock, pool);
  return {
    purchases,
    inFlight,
    batch,
    connection,
    lookup,
    orders,
    tombstones,
    products,
    stock,
    stockReader: new StockReader(stock, pool),
    relay,
    reaper: new Reaper(stock, tombstones, logger),
    pool,
    purchaseTimeoutMs: config.PURCHASE_TIMEOUT,
  };
}
