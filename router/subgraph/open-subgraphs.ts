import type { ReadinessChecks } from '../../platform/http/readiness.ts';
import { createSubgraphClient, type SubgraphClient } from '../../platform/subgraph-client/client.ts';
import type { Logger } from '../../platform/logger.ts';
import { instrumented } from '../../platform/observability/instrumented-client.ts';
import type { RouterConfig } from '../config.ts';
import type { DeclaredSubgraph } from './declared-subgraphs.ts';
import { SubgraphSource } from './subgraph-source.ts';
import { subgraphReadiness } from './readiness.ts';
import type { SubgraphSettings } from './subgraph-settings.ts';
import { SubgraphTraffic } from './subgraph-traffic.ts';

/** The subgraphs of every supergraph that is in use. One that two supergraphs have in a row stays open from one to the next. */
export interface Subgraphs {
  /** @throws {ConfigurationError} when a subgraph has no usable URL or setting; nothing is opened then */
  open(declared: readonly DeclaredSubgraph[]): OpenSubgraphs;
  /** By name, whether each that is open answers: as it is at the moment. */
  readonly readiness: ReadinessChecks;
  /** The identity secret of the first of them by name, which every router of this supergraph has; null where none has one. */
  readonly sharedSecret: string | null;
  close(): Promise<void>;
}

/** The subgraphs of one supergraph. */
export interface OpenSubgraphs {
  /** @throws when the supergraph does not declare it */
  source(name: string): SubgraphSource;
  /** Closes those that no other supergraph has, once what is under way has been answered. */
  release(): Promise<void>;
}

interface OpenSubgraph {
  readonly settings: SubgraphSettings;
  readonly client: SubgraphClient;
  readonly traffic: SubgraphTraffic;
  readonly readiness: ReadinessChecks;
  /** Supergraphs that have it. */
  users: number;
}

const MIB = 1_048_576;

export function openSubgraphs(config: RouterConfig, logger: Logger): Subgraphs {
  const all = new Map<string, OpenSubgraph>();

  return {
    open: (declared) => {
      const wanted = declared.map((one) => config.readSubgraph(one));
      const opened = new Map(wanted.map((settings) => [settings.name, take(settings)]));
      return {
        source: (name) => {
          const one = opened.get(name);
          if (!one) throw new Error(`The supergraph does not declare a subgraph ${name}.`);
          return new SubgraphSource(name, one.traffic, config.FOLLOW_UP_TIMEOUT);
        },
        release: async () => {
          const unused = [...opened.values()].filter((one) => --one.users === 0);
          for (const [key, one] of all) if (unused.includes(one)) all.delete(key);
          await Promise.all(unused.map(({ client }) => client.close()));
        },
      };
    },
    get readiness() {
      return Object.assign({}, ...[...all.values()].map(({ readiness }) => readiness)) as ReadinessChecks;
    },
    get sharedSecret() {
      const signed = [...all.values()]
        .map(({ settings }) => settings)
        .filter(({ identitySecret }) => identitySecret !== null)
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      return signed[0]?.identitySecret ?? null;
    },
    close: async () => {
      await Promise.all([...all.values()].map(({ client }) => client.close()));
    },
  };

  function take(settings: SubgraphSettings): OpenSubgraph {
    const key = JSON.stringify(settings);
    const known = all.get(key) ?? openSubgraph(settings, config, logger);
    all.set(key, known);
    known.users += 1;
    return known;
  }
}

function openSubgraph(settings: SubgraphSettings, config: RouterConfig, logger: Logger): OpenSubgraph {
  const { name, urls, timeoutMs, identitySecret } = settings;
  const client = createSubgraphClient({
    subgraph: name,
    urls,
    identitySecret,
    connectionsPerInstance: config.SUBGRAPH_CONCURRENCY,
    discoveryRefreshMs: config.DISCOVERY_REFRESH,
    logger: logger.child({ subgraph: name }),
  });
  const traffic = new SubgraphTraffic({
    client: instrumented(name, client),
    timeoutMs: timeoutMs ?? config.SUBGRAPH_TIMEOUT,
    concurrency: {
      running: () => config.SUBGRAPH_CONCURRENCY * Math.max(1, client.instances),
      waiting: config.SUBGRAPH_QUEUE,
    },
    cacheBytes: config.RESPONSE_CACHE_MIB * MIB,
  });
  return { settings, client, traffic, readiness: subgraphReadiness(new Map([[name, client]])), users: 0 };
}
