import { warnOfStandIns } from '../../platform/config/choose-stand-ins.ts';
import { startSubgraph } from '../../platform/graphql/subgraph-server.ts';
import { openIdentityVerifier, openSubgraphTokens } from '../../platform/identity/subgraph-auth.ts';
import type { RunningProcess } from '../../platform/lifecycle/run-process.ts';
import type { Logger } from '../../platform/logger.ts';
import { assertRedisUsable } from '../../platform/redis/condition.ts';
import type { ProductConfig } from './config.ts';
import { contextMaker } from './context.ts';
import { permissions } from './permissions.ts';
import { resolvers } from './resolvers.ts';
import { createProductServices } from './services.ts';
import { closeProductStores, openProductStores } from './stores.ts';

/** @throws {ConfigurationError} when a store is not acceptable; nothing stays open then */
export async function startProductSubgraph(config: ProductConfig, logger: Logger): Promise<RunningProcess> {
  warnOfStandIns(config.standIns, logger);
  const stores = await openProductStores(config, logger);
  try {
    const http = await startSubgraph({
      schemaFile: new URL('../../schema/product.graphql', import.meta.url),
      resolvers,
      permissions,
      context: contextMaker(createProductServices(config, stores, logger)),
      verifier: openIdentityVerifier('product', config.identitySecret, config, logger),
      tokens: openSubgraphTokens(config, logger),
      host: config.HOST,
      port: config.PRODUCT_PORT,
      readiness: {
        mysql: () => stores.database.ping(),
        redis: () => assertRedisUsable(stores.redis),
      },
      logger,
    });
    return {
      url: http.url,
      close: async () => {
        http.announceEnd();
        await http.close();
        await closeProductStores(stores);
      },
    };
  } catch (error) {
    await closeProductStores(stores);
    throw error;
  }
}
