import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kind, parse } from 'graphql';
import { allow, type Permissions } from '../../platform/graphql/permissions.ts';
import { DateTime } from '../../platform/graphql/scalars.ts';
import type { SubgraphContext } from '../../platform/graphql/subgraph-context.ts';
import { startSubgraph } from '../../platform/graphql/subgraph-server.ts';
import { json, startHttpServer, type RunningHttpServer } from '../../platform/http/server.ts';
import { Fault } from '../../platform/errors.ts';
import type { Identity } from '../../platform/identity/identity.ts';
import { IdentityVerifier } from '../../platform/identity/identity-verifier.ts';
import { createLogger } from '../../platform/logger.ts';

/** Small subgraphs behind the schemas of the contract, for tests of what the router makes of their answers. */
const SECRETS = {
  user: 'of the user subgraph and its callers in tests',
  product: 'of the product subgraph and its callers in tests',
  order: 'of the order subgraph and its callers in tests',
};

/** As in the environment of a router. */
export const IDENTITY_SECRETS = {
  USER_IDENTITY_SECRET: SECRETS.user,
  PRODUCT_IDENTITY_SECRET: SECRETS.product,
  ORDER_IDENTITY_SECRET: SECRETS.order,
};

/** Accepts what a router with `IDENTITY_SECRETS` signs. */
export const verifierOf = (subgraph: SubgraphName, secret = SECRETS[subgraph]): IdentityVerifier =>
  new IdentityVerifier({ subgraph, secret, perInstance: true });

const logger = createLogger('test', 'silent');

export interface TestSubgraph extends RunningHttpServer {
  readonly graphqlUrl: string;
  /** Whom the router said that each request came from. */
  readonly identities: readonly Identity[];
}

/** What the resolvers of the tests do, by the id that they are given. */
export const HANGS = 'hangs';
export const THROWS_SQL = 'throws-sql';
export const REFUSES = 'refuses';

const price = { amount: 39_000, currency: 'KRW' };

const productOf = (id: string) => {
  if (id === THROWS_SQL) throw new Error('SELECT secret FROM account; at 10.1.2.3:3306');
  if (id === REFUSES) throw new Fault('RATE_LIMITED', 'Slower, please.', { retryAfterMs: 250 });
  if (id === HANGS) return new Promise(() => undefined);
  return { id, name: `Product ${id}`, price };
};

const RESOLVERS = {
  user: {
    Query: { me: (_: unknown, __: unknown, { caller }: SubgraphContext) => caller && { id: caller.userId } },
    User: { __resolveReference: ({ id }: { id: string }) => ({ id }), name: () => 'Buyer' },
  },
  product: {
    DateTime,
    Query: {
      product: (_: unknown, { id }: { id: string }) => productOf(id),
      products: () => ({ nodes: ['1', '2'].map((id) => ({ id, name: `Product ${id}`, price })), edges: [] }),
      serverTime: () => new Date('2026-01-02T03:04:05.678Z'),
    },
    Product: { __resolveReference: async ({ id }: { id: string }) => productOf(id) },
  },
  order: {
    DateTime,
    Query: {
      stock: (_: unknown, { productId }: { productId: string }) => ({ remaining: Number(productId) }),
      order: (_: unknown, { id }: { id: string }) => ({
        id,
        buyer: { id: '0198c0de-0000-7000-8000-000000000001' },
        items: [{ product: { id: '1' } }, { product: { id: THROWS_SQL } }],
      }),
    },
    Mutation: {
      purchase: (_: unknown, { input }: { input: { productId: string } }) =>
        input.productId === HANGS
          ? new Promise(() => undefined)
          : {
              __typename: 'PurchaseConfirmed',
              replayed: false,
              order: { id: 'order-1', items: [{ product: { id: '1' } }] },
            },
    },
    Product: {
      __resolveReference: ({ id }: { id: string }) => ({ id }),
      stock: ({ id }: { id: string }) => ({ remaining: Number(id), soldOut: false }),
    },
    User: {
      __resolveReference: ({ id }: { id: string }) => ({ id }),
      orders: () => ({ nodes: [], edges: [] }),
    },
  },
};

export type SubgraphName = keyof typeof RESOLVERS;

export async function startTestSubgraph(name: SubgraphName, identitySecret?: string): Promise<TestSubgraph> {
  const identities: Identity[] = [];
  const http = await serveContract(name, RESOLVERS[name], {
    verifier: verifierOf(name, identitySecret),
    onRequest: (identity) => identities.push(identity),
  });
  return { ...http, graphqlUrl: `${http.url}/graphql`, identities };
}

interface ServeOptions {
  readonly verifier?: IdentityVerifier;
  readonly onRequest?: (identity: Identity) => void;
}

export const schemaFileOf = (name: SubgraphName): URL =>
  new URL(`../../schema/${name}.graphql`, import.meta.url);

/** Serves the schema of a subgraph of the contract by these resolvers. */
export function serveContract(
  name: SubgraphName,
  resolvers: object,
  { verifier = verifierOf(name), onRequest }: ServeOptions = {},
): Promise<RunningHttpServer> {
  const schemaFile = schemaFileOf(name);
  return startSubgraph({
    schemaFile,
    resolvers,
    permissions: allowEverything(schemaFile),
    context: (base) => {
      onRequest?.(base.identity);
      return base;
    },
    verifier,
    host: '127.0.0.1',
    port: 0,
    readiness: {},
    logger,
  });
}

function allowEverything(schemaFile: URL): Permissions {
  const types = parse(readFileSync(schemaFile, 'utf8')).definitions.flatMap((definition) =>
    definition.kind === Kind.OBJECT_TYPE_DEFINITION ? [definition.name.value] : [],
  );
  return Object.fromEntries(types.map((type) => [type, allow]));
}

/** A subgraph that answers the same to everything, and keeps what it was sent. */
export interface StubSubgraph extends RunningHttpServer {
  readonly graphqlUrl: string;
  readonly received: { readonly headers: Readonly<Record<string, unknown>>; readonly body: unknown }[];
}

/** @param delay how long each answer takes, in milliseconds, or what it waits for */
export async function startStubSubgraph(
  status: number,
  answer: object | string,
  delay: number | Promise<void> = 0,
): Promise<StubSubgraph> {
  const received: StubSubgraph['received'] = [];
  const http = await startHttpServer({
    host: '127.0.0.1',
    port: 0,
    maxBodyBytes: 1_000_000,
    readiness: {},
    logger,
    routes: {
      '/graphql': async (request) => {
        received.push({ headers: request.headers, body: JSON.parse(await request.readBody()) });
        await (typeof delay === 'number' ? sleep(delay) : delay);
        return typeof answer === 'string' ? { status, body: answer } : json(status, answer);
      },
    },
  });
  return { ...http, graphqlUrl: `${http.url}/graphql`, received };
}
