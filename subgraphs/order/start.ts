import { warnOfStandIns } from '../../platform/config/choose-stand-ins.ts';
import type { RunningHttpServer } from '../../platform/http/server.ts';
import { startSubgraph } from '../../platform/graphql/subgraph-server.ts';
import { openIdentityVerifier, openSubgraphTokens } from '../../platform/identity/subgraph-auth.ts';
import { armFailpoint } from '../../platform/lifecycle/failpoint.ts';
import type { PeriodicJob } from '../../platform/lifecycle/periodic-job.ts';
import type { RunningProcess } from '../../platform/lifecycle/run-process.ts';
import type { Logger } from '../../platform/logger.ts';
import { assertRedisUsable } from '../../platform/redis/condition.ts';
import { assertOrderKeysFit } from './assert-keys-fit.ts';
import type { OrderConfig } from './config.ts';
import { contextMaker } from './context.ts';
import { startJobs } from './jobs.ts';
import { FAILPOINTS } from './failpoints.ts';
import { closeOrderStores, openOrderStores } from './stores.ts';
import { startPaymentWebhook } from './payment/payment-webhook.ts';
import { permissions } from './permissions.ts';
import { resolvers } from './resolvers.ts';
import { createOrderServices, type OrderServices } from './services.ts';

/** @throws {ConfigurationError} when a store, a secret or a fault point is not acceptable; nothing stays open then */
export async function startOrderSubgraph(config: OrderConfig, logger: Logger): Promise<RunningProcess> {
  armFailpoint(logger, Object.keys(FAILPOINTS));
  warnOfStandIns(config.standIns, logger);
  const stores = await openOrderStores(config, logger);
  let jobs: PeriodicJob[] = [];
  let webhook: RunningHttpServer | null = null;
  try {
    const services = createOrderServices(config, stores, logger);
    await assertOrderKeysFit(stores.database.pool, config, services.cipher);
    webhook = await startPaymentWebhook(config, services.payments, logger);
    jobs = startJobs(services, config, logger);
    const http = await startSubgraph({
      schemaFile: new URL('../../schema/order.graphql', import.meta.url),
      resolvers,
      permissions,
      context: contextMaker(services),
      verifier: openIdentityVerifier('order', config.identitySecrets.order, config, logger),
      tokens: openSubgraphTokens(config, logger),
      host: config.HOST,
      port: config.ORDER_PORT,
      readiness: {
        mysql: async () => {
          // The ping comes first, since its error says in a sentence why the server may not be used.
          await stores.database.ping();
          services.connections.main.assertUp();
        },
        redis: () => assertRedisUsable(stores.redis),
      },
      logger,
    });
    // Before the first purchase, so that it is admitted only where it can be written; it is opened again for as long as it fails.
    void services.connections.main.get().catch(() => undefined);
    return {
      url: http.url,
      close: async () => {
        http.announceEnd();
        await Promise.all([http.close(), webhook?.close()]);
        await finish(services);
        await Promise.all(jobs.map((job) => job.stop()));
        await services.provider.close?.();
        services.announcer.stop();
        await services.connections.close();
        await closeOrderStores(stores);
      },
    };
  } catch (error) {
    await webhook?.close(0);
    await Promise.all(jobs.map((job) => job.stop()));
    await closeOrderStores(stores);
    throw error;
  }
}

/** Graceful shutdown: purchases under way are finished, also those whose callers have gone. */
async function finish({ inFlight, batch }: OrderServices): Promise<void> {
  await Promise.all([batch.drain(), inFlight.drain()]);
  await batch.drain();
}
