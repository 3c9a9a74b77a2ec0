import { publicLimits, type ConnectionLimits } from '../platform/http/connection-limits.ts';
import { warnOfStandIns } from '../platform/config/choose-stand-ins.ts';
import { startHttpServer, type HttpServerOptions } from '../platform/http/server.ts';
import { openAccessTokens } from '../platform/identity/tokens/access-tokens.ts';
import type { RunningProcess } from '../platform/lifecycle/run-process.ts';
import type { Logger } from '../platform/logger.ts';
import { clientNetworkOf } from '../platform/rate-limit/client-network.ts';
import { openRedis, untilConnected } from '../platform/redis/client.ts';
import type { RouterConfig } from './config.ts';
import { createEdgeMiddleware, type EdgeHandler } from './edge-middleware.ts';
import { graphqlEndpoint } from './graphql-endpoint.ts';
import { liveOperation } from './storefront/live/live-reader.ts';
import { startLiveStock } from './storefront/live/start-live-stock.ts';
import { loadPersistedOperations } from './operation/persisted/load-persisted-operations.ts';
import { DEMO_BUYER } from './storefront/pages/demo-account.ts';
import { createFindProduct } from './storefront/pages/find-product.ts';
import { salePage } from './storefront/pages/sale-page.ts';
import { whatIsWhere } from './storefront/pages/what-is-where.ts';
import { playground } from './storefront/playground/playground.ts';
import { clientAddressOf, type TrustedProxies } from './request/client-address.ts';
import { allowedOrigins } from './request/origins.ts';
import { startRateLimits } from './request/rate-limits/start-rate-limits.ts';
import { CurrentSchema } from './schema/current-schema.ts';
import { loadServingSchema } from './schema/serving-schema.ts';
import { fitsSchema, shopFeaturesOf } from './storefront/shop-features.ts';
import { shopRules } from './storefront/shop-rules.ts';
import { openSubgraphs } from './subgraph/open-subgraphs.ts';
import { readSupergraph, readSupergraphFile } from './schema/supergraph.ts';
import { watchFiles } from './files/watch-files.ts';

/** How long a request waits for what Redis only helps with: counts over all routers, and documents by their hash. */
const REDIS_TIMEOUT_MS = 250;

/**
 * @param arrivals where connections come from; by default PORT
 * @throws {ConfigurationError} when the supergraph or a setting is not acceptable; nothing stays open then
 */
export async function startRouter(
  config: RouterConfig,
  logger: Logger,
  arrivals?: HttpServerOptions['arrivals'],
): Promise<RunningProcess> {
  warnOfStandIns(config.standIns, logger);
  const supergraph = await readSupergraphFile(config.SUPERGRAPH_FILE);
  // Before anything is waited for: a subgraph without a URL is a sentence at once.
  for (const subgraph of readSupergraph(supergraph, config.JWKS_URL !== 'off').subgraphs)
    config.readSubgraph(subgraph);
  const redisOptions = { url: config.REDIS_URL, commandTimeoutMs: REDIS_TIMEOUT_MS, logger };
  const redis = openRedis(redisOptions);
  // From here on it keeps trying for as long as the process lives, and no request waits for it.
  await untilConnected(redis, redisOptions, config.STORES_WAIT);
  const subgraphs = openSubgraphs(config, logger);
  const rules = shopRules(config.SINGLE_MUTATIONS);
  const load = (text: string) => loadServingSchema(text, config, rules, subgraphs, logger);
  const [operations, first] = await Promise.all([
    loadPersistedOperations(config, redis, logger),
    load(supergraph),
  ]).catch((error: unknown) => {
    redis.disconnect();
    throw error;
  });
  const schema = new CurrentSchema(first);

  const tokens = openAccessTokens(config, config.JWKS_URL, logger);
  const rates = startRateLimits(config, schema.gateway.schema, redis, subgraphs.sharedSecret, logger);
  const origins = allowedOrigins(config.CORS_ORIGINS);
  const edge = createEdgeMiddleware({ origins, rates, trustedProxies: trustedProxiesOf(config), logger });
  const endpoint = graphqlEndpoint({
    authenticator: tokens,
    schema,
    persisted: operations.persisted,
    rates,
    limits: {
      cost: config.OPERATION_MAX_COST,
      concurrentRequests: config.MAX_CONCURRENT_REQUESTS,
      bodyBytes: config.MAX_BODY_BYTES,
    },
    explainCost: config.EXPLAIN_COST,
    timeoutMs: config.SUBGRAPH_TIMEOUT,
    origins,
  });
  const limits = connectionLimits(config, logger);
  const shop = shopFeaturesOf(schema.gateway.schema, liveOperation(1));
  const live = shop.liveStock
    ? startLiveStock(
        // A stream keeps its connection, and other requests need some, too.
        {
          ...config,
          MAX_LIVE_CLIENTS: Math.min(config.MAX_LIVE_CLIENTS, Math.floor(limits.connections / 2)),
        },
        schema.gateway,
        rates,
        logger,
      )
    : null;
  const watching = watchFiles({
    what: 'supergraph',
    files: config.SUPERGRAPH_FILE,
    read: () => readSupergraphFile(config.SUPERGRAPH_FILE),
    text: supergraph,
    everyMs: config.SUPERGRAPH_REFRESH,
    take: async (text) => schema.replace(await load(text)),
    logger,
  });
  const watchingOperations = operations.watch();
  const isProduction = config.NODE_ENV === 'production';
  const pages: Record<string, EdgeHandler> = {
    '/': config.PLAYGROUND
      ? playground(!isProduction, (source) => fitsSchema(schema.gateway.schema, source))
      : whatIsWhere,
    ...(config.SALE_PAGE && shop.salePage
      ? salePage({
          account: isProduction ? null : DEMO_BUYER,
          findProduct: createFindProduct({ gateway: schema.gateway, rates, logger }),
        })
      : {}),
    ...(live ? { '/live/stock': live.handler } : {}),
  };

  const closeDependencies = async () => {
    await live?.close();
    await Promise.all([watching.stop(), watchingOperations.stop()]);
    await schema.close();
    await subgraphs.close();
    tokens.close();
    redis.disconnect();
  };
  try {
    const http = await startHttpServer({
      host: config.HOST,
      port: config.PORT,
      arrivals,
      maxBodyBytes: config.MAX_BODY_BYTES,
      receiveTimeoutMs: config.RECEIVE_TIMEOUT,
      limits,
      routes: Object.fromEntries(
        Object.entries({ '/graphql': endpoint, '/graphql/': endpoint, ...pages }).map(([path, handler]) => [
          path,
          edge.route(handler),
        ]),
      ),
      around: edge.around,
      get readiness() {
        const redis = (config.REVOKED_SESSIONS ?? shop.revokedSessions) ? { redis: () => tokens.ping() } : {};
        return { ...redis, ...subgraphs.readiness };
      },
      logger,
    });
    return {
      url: http.url,
      close: async () => {
        http.announceEnd();
        live?.end();
        await http.close();
        await closeDependencies();
      },
    };
  } catch (error) {
    await closeDependencies();
    throw error;
  }
}

const trustedProxiesOf = (config: RouterConfig): TrustedProxies => ({
  count: config.TRUSTED_PROXIES,
  header: config.TRUSTED_PROXIES_HEADER,
});

function connectionLimits(config: RouterConfig, logger: Logger): ConnectionLimits {
  const limits = publicLimits({
    connections: config.MAX_CONNECTIONS,
    connectionsPerNetwork: config.MAX_CONNECTIONS_PER_NETWORK,
    sendTimeoutMs: config.SEND_TIMEOUT,
    isDirect: config.TRUSTED_PROXIES === 0,
    networkOf: ({ headers, socket }) =>
      clientNetworkOf(
        clientAddressOf({ headers, remoteAddress: socket.remoteAddress ?? '' }, trustedProxiesOf(config)),
      ),
  });
  const { connections, connectionsPerNetwork } = limits;
  if (connections < config.MAX_CONNECTIONS)
    logger.warn(
      { connections, connectionsPerNetwork },
      `the limit of open files (ulimit -n) allows ${connections} connections, fewer than MAX_CONNECTIONS`,
    );
  return limits;
}
