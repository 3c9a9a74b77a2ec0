import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApolloGateway } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { createLogger } from '../../platform/logger.ts';
import { readRouterConfig } from '../../router/config.ts';
import { startRouter } from '../../router/start-router.ts';

export interface GatewayAnswer {
  readonly data?: unknown;
  readonly errors?: readonly unknown[];
}

/** A gateway that serves one supergraph. */
export interface AuditedGateway {
  execute(query: string): Promise<GatewayAnswer>;
  close(): Promise<void>;
}

/** No store, no key set, no limit of rates: the audit sends hundreds of new documents, and none of its supergraphs has access rules. */
const SETTINGS = {
  NODE_ENV: 'test',
  PORT: '0',
  REDIS_URL: 'redis://127.0.0.1:9',
  STORES_WAIT: '0s',
  JWKS_URL: 'off',
  RATE_LIMITS: 'off',
  AUTOMATIC_PERSISTED_QUERIES: 'off',
};

/** This router over HTTP, as a client reaches it, with the limits that it has by default. */
export async function openThisRouter(supergraph: string): Promise<AuditedGateway> {
  const folder = await mkdtemp(join(tmpdir(), 'firstcome-audit-'));
  const file = join(folder, 'supergraph.graphql');
  try {
    await writeFile(file, supergraph);
    const config = readRouterConfig({ ...SETTINGS, SUPERGRAPH_FILE: file });
    const router = await startRouter(config, createLogger('router', 'silent'));
    return {
      execute: async (query) => {
        const response = await fetch(`${router.url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', accept: 'application/json' },
          body: JSON.stringify({ query }),
        });
        return (await response.json()) as GatewayAnswer;
      },
      close: () => router.close(),
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The stock gateway in Apollo Server, for comparison. */
export async function openStockGateway(supergraph: string): Promise<AuditedGateway> {
  const logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };
  const server = new ApolloServer({
    gateway: new ApolloGateway({ supergraphSdl: supergraph, logger }),
    logger,
  });
  await server.start();
  return {
    execute: async (query) => {
      const { body } = await server.executeOperation({ query });
      // As over HTTP: graphql-js makes objects without a prototype.
      return JSON.parse(JSON.stringify(body.kind === 'single' ? body.singleResult : {})) as GatewayAnswer;
    },
    close: () => server.stop(),
  };
}

const ignore = (): void => undefined;
