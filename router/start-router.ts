import { ConfigurationError } from '../platform/config/environment.ts';
import { startHttpServer, type Handler } from '../platform/http/server.ts';
import { createSubgraphClient, type SubgraphClient } from '../platform/http/subgraph-client.ts';
import type { RunningProcess } from '../platform/lifecycle/run-process.ts';
import type { Logger } from '../platform/logger.ts';
import type { RouterConfig } from './config.ts';
import { front } from './front.ts';
import { loadGateway } from './gateway.ts';
import { graphqlEndpoint } from './graphql-endpoint.ts';
import { startLiveStock } from './live/start-live-stock.ts';
import { createOperationStore } from './operation/operation-store.ts';
import { playground } from './playground/playground.ts';
import { allowedOrigins } from './request/cors.ts';
import { createAuthenticator } from './request/token/authenticator.ts';
import { watchEndedSessions } from './request/token/ended-sessions.ts';
import { createKeySet } from './request/token/key-set.ts';
import { SubgraphDataSource } from './subgraph/data-source.ts';
import { subgraphReadiness } from './subgraph/readiness.ts';
import { loadSupergraph } from './supergraph.ts';

const MIB = 1_048_576;

/** @throws {ConfigurationError} when the supergraph or a setting is not acceptable; nothing stays open then */
export async function startRouter(config: RouterConfig, logger: Logger): Promise<RunningProcess> {
  const supergraph = await loadSupergraph(config.SUPERGRAPH_FILE, config.JWKS_URL !== 'off');
  const clients = openClients(config, logger);
  const gateway = await loadGateway(supergraph.forGateway, ({ name }) => dataSource(name, clients), logger);

  const forget = () => authenticator.forget();
  const ended = watchEndedSessions({
    redisUrl: config.REDIS_URL,
    redisPrefix: config.REDIS_PREFIX,
    logger,
    onGap: forget,
  });
  const authenticator = createAuthenticator({
    rules: { issuer: config.JWT_ISSUER, audience: config.JWT_AUDIENCE },
    keys: config.JWKS_URL === 'off' ? null : createKeySet({ url: config.JWKS_URL, logger, onChange: forget }),
    ended,
  });
  const operations = createOperationStore(
    {
      schema: gateway.schema,
      maxTokens: config.OPERATION_MAX_TOKENS,
      introspection: config.INTROSPECTION,
      suggestions: config.SUGGESTIONS,
      limits: {
        depth: config.OPERATION_MAX_DEPTH,
        aliases: config.OPERATION_MAX_ALIASES,
        directives: config.OPERATION_MAX_DIRECTIVES,
        fields: config.OPERATION_MAX_FIELDS,
      },
      access: supergraph.access,
      costs: supergraph.costs,
    },
    config.OPERATION_CACHE_MIB * MIB,
  );
  const endpoint = graphqlEndpoint({
    authenticator,
    operations,
    schema: gateway.schema,
    gateway,
    limits: { cost: config.OPERATION_MAX_COST, concurrentRequests: config.MAX_CONCURRENT_REQUESTS },
    suggestions: config.SUGGESTIONS,
    patienceMs: config.SUBGRAPH_TIMEOUT,
    trustedProxies: config.TRUSTED_PROXIES,
    logger,
  });
  const live = startLiveStock(config, gateway, logger);
  const pages: Record<string, Handler> = config.PLAYGROUND ? { '/': playground() } : {};

  const closeDependencies = async () => {
    await live.close();
    await gateway.stop();
    await Promise.all([...clients.values()].map((client) => client.close()));
    ended.close();
  };
  try {
    const http = await startHttpServer({
      host: config.HOST,
      port: config.PORT,
      maxBodyBytes: config.MAX_BODY_BYTES,
      routes: { '/graphql': endpoint, '/live/stock': live.handler, ...pages },
      around: front(allowedOrigins(config.CORS_ORIGINS), logger),
      readiness: { redis: () => ended.ping(), ...subgraphReadiness(clients) },
      logger,
    });
    return {
      url: http.url,
      close: async () => {
        http.announceEnd();
        live.end();
        await http.close();
        await closeDependencies();
      },
    };
  } catch (error) {
    await closeDependencies();
    throw error;
  }
}

function openClients(config: RouterConfig, logger: Logger): ReadonlyMap<string, SubgraphClient> {
  const client = (subgraph: string, urls: readonly string[]): [string, SubgraphClient] => [
    subgraph,
    createSubgraphClient({
      urls,
      identitySecret: config.identitySecret,
      discoveryRefreshMs: config.DISCOVERY_REFRESH,
      logger: logger.child({ subgraph }),
    }),
  ];
  return new Map([
    client('user', config.USER_URL),
    client('product', config.PRODUCT_URL),
    client('order', config.ORDER_URL),
  ]);
}

function dataSource(name: string, clients: ReadonlyMap<string, SubgraphClient>): SubgraphDataSource {
  const client = clients.get(name);
  if (!client)
    throw new ConfigurationError(`The supergraph has a subgraph ${name} that this router knows no URL of.`);
  return new SubgraphDataSource(name, client);
}
