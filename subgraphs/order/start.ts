import { startSubgraph } from '../../platform/graphql/subgraph-server.ts';
import { createSubgraphClient } from '../../platform/http/subgraph-client.ts';
import { repeat } from '../../platform/lifecycle/repeat.ts';
import type { RunningProcess } from '../../platform/lifecycle/run-process.ts';
import type { Logger } from '../../platform/logger.ts';
import { openDatabase } from '../../platform/mysql/database.ts';
import { connectRedis } from '../../platform/redis/client.ts';
import type { OrderConfig } from './config.ts';
import { contextMaker } from './context.ts';
import { CreateOrders1764000000000 } from './migrations/1764000000000-create-orders.ts';
import { permissions } from './permissions.ts';
import { resolvers } from './resolvers.ts';
import { createOrderServices, type OrderServices, type OrderStores } from './services.ts';

const REAP_EVERY_MS = 1_000;
const RELAY_EVERY_MS = 500;

/** @throws {ConfigurationError} when a store is not acceptable; nothing stays open then */
export async function startOrderSubgraph(config: OrderConfig, logger: Logger): Promise<RunningProcess> {
  const stores = await openStores(config, logger);
  const services = createOrderServices(config, stores, logger);
  const jobs = [
    repeat('reaper', REAP_EVERY_MS, () => services.reaper.run(), logger),
    repeat('movement-relay', RELAY_EVERY_MS, () => services.relay.run(), logger),
  ];
  try {
    const http = await startSubgraph({
      schemaFile: new URL('../../schema/order.graphql', import.meta.url),
      resolvers,
      permissions,
      context: contextMaker(services),
      identitySecret: config.identitySecret,
      host: config.HOST,
      port: config.ORDER_PORT,
      readiness: { mysql: () => stores.database.ping(), redis: () => stores.redis.ping() },
      logger,
    });
    return {
      url: http.url,
      close: async () => {
        http.announceEnd();
        await http.close();
        await finish(services);
        await Promise.all(jobs.map((job) => job.stop()));
        await services.connection.close();
        await closeStores(stores);
      },
    };
  } catch (error) {
    await Promise.all(jobs.map((job) => job.stop()));
    await closeStores(stores);
    throw error;
  }
}

/** What was begun is brought to an end, also for callers who have gone. */
async function finish({ inFlight, batch }: OrderServices): Promise<void> {
  await inFlight.drain();
  await batch.drain();
}

async function openStores(config: OrderConfig, logger: Logger): Promise<OrderStores> {
  const redis = await connectRedis({ url: config.REDIS_URL, logger });
  try {
    const database = await openDatabase({
      url: config.MYSQL_URL,
      room: 'order',
      entities: [],
      migrations: [CreateOrders1764000000000],
      poolSize: 10,
      queueLimit: 5_000,
      logger,
    });
    const productClient = createSubgraphClient({
      urls: config.PRODUCT_URL,
      identitySecret: config.identitySecret,
    });
    return { database, redis, productClient };
  } catch (error) {
    redis.disconnect();
    throw error;
  }
}

async function closeStores({ database, redis, productClient }: OrderStores): Promise<void> {
  await productClient.close();
  redis.disconnect();
  await database.close();
}
