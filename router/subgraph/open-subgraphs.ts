import { ConfigurationError } from '../../platform/config/environment.ts';
import type { ReadinessChecks } from '../../platform/http/readiness.ts';
import { createSubgraphClient, type SubgraphClient } from '../../platform/http/subgraph-client.ts';
import type { Logger } from '../../platform/logger.ts';
import { watched } from '../../platform/observability/watched-client.ts';
import type { RouterConfig } from '../config.ts';
import { SubgraphDataSource } from './data-source.ts';
import { subgraphReadiness } from './readiness.ts';
import { SubgraphTraffic } from './subgraph-traffic.ts';

/** The subgraphs that this router knows. They stay the same while the supergraph changes. */
export interface Subgraphs {
  /** @throws {ConfigurationError} when the supergraph has a subgraph that this router knows no URL of */
  dataSource(name: string): SubgraphDataSource;
  readonly readiness: ReadinessChecks;
  close(): Promise<void>;
}

const MIB = 1_048_576;

export function openSubgraphs(config: RouterConfig, logger: Logger): Subgraphs {
  const clients = new Map<string, SubgraphClient>();
  const traffic = new Map<string, SubgraphTraffic>();
  for (const { name, urls, timeoutMs } of subgraphsOf(config)) {
    const client = createSubgraphClient({
      subgraph: name,
      urls,
      identitySecret: config.identitySecrets[name],
      connectionsPerInstance: config.SUBGRAPH_CONCURRENCY,
      discoveryRefreshMs: config.DISCOVERY_REFRESH,
      logger: logger.child({ subgraph: name }),
    });
    clients.set(name, client);
    traffic.set(
      name,
      new SubgraphTraffic({
        client: watched(name, client),
        timeoutMs: timeoutMs ?? config.SUBGRAPH_TIMEOUT,
        concurrency: {
          running: () => config.SUBGRAPH_CONCURRENCY * Math.max(1, client.instances),
          waiting: config.SUBGRAPH_QUEUE,
        },
        cacheBytes: config.RESPONSE_CACHE_MIB * MIB,
      }),
    );
  }
  return {
    dataSource: (name) => {
      const known = traffic.get(name);
      if (known) return new SubgraphDataSource(name, known, config.FOLLOW_UP_TIMEOUT);
      throw new ConfigurationError(`The supergraph has a subgraph ${name} that this router knows no URL of.`);
    },
    readiness: subgraphReadiness(clients),
    close: async () => {
      await Promise.all([...clients.values()].map((client) => client.close()));
    },
  };
}

const subgraphsOf = (config: RouterConfig) =>
  [
    { name: 'user', urls: config.USER_URL, timeoutMs: config.USER_TIMEOUT },
    { name: 'product', urls: config.PRODUCT_URL, timeoutMs: config.PRODUCT_TIMEOUT },
    { name: 'order', urls: config.ORDER_URL, timeoutMs: config.ORDER_TIMEOUT },
  ] as const;
