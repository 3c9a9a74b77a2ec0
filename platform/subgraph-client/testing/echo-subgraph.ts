import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import { onTestFinished } from 'vitest';
import { allow } from '../../graphql/permissions.ts';
import { startSubgraph } from '../../graphql/subgraph-server.ts';
import type { SubgraphContext } from '../../graphql/subgraph-context.ts';
import type { RunningHttpServer } from '../../http/server.ts';
import type { Identity } from '../../identity/identity.ts';
import { IdentityVerifier } from '../../identity/identity-verifier.ts';
import type { AccessTokens } from '../../identity/tokens/access-tokens.ts';
import { createLogger } from '../../logger.ts';
import { createSubgraphClient, type SubgraphClient } from '../client.ts';

export const SECRET = 'a secret of the tests';
/** What the resolver throws on. */
export const FAULTY = 666;

/** For tests: a process of a subgraph that answers what it was given. */
export interface EchoSubgraph extends RunningHttpServer {
  readonly graphqlUrl: string;
  readonly instanceId: string;
  /** The content type of each request to `/graphql`. */
  readonly requests: readonly string[];
  /** Of each operation that was executed. */
  readonly executed: readonly { readonly n: number; readonly identity: Identity }[];
  /** From now on operations of this number wait. @returns lets them go on */
  hold(n: number): () => void;
}

export interface EchoOptions {
  readonly port?: number;
  readonly perInstance?: boolean;
  readonly tokens?: AccessTokens;
}

export async function startEcho({
  port = 0,
  perInstance = true,
  tokens,
}: EchoOptions = {}): Promise<EchoSubgraph> {
  const executed: { n: number; identity: Identity }[] = [];
  const requests: string[] = [];
  const held = new Map<number, Promise<void>>();
  const echo = async (_: unknown, { n }: { n: number }, { identity }: SubgraphContext) => {
    executed.push({ n, identity });
    await held.get(n);
    if (n === FAULTY) throw new Error('a fault of the test');
    return n;
  };
  const verifier = new IdentityVerifier({ subgraph: 'echo', secret: SECRET, perInstance });
  const http = await startSubgraph({
    schemaFile: new URL('echo.graphql', import.meta.url),
    resolvers: { Query: { echo }, Mutation: { echo } },
    permissions: { Query: { echo: allow }, Mutation: { echo: allow } },
    context: (base) => base,
    verifier,
    ...(tokens ? { tokens } : {}),
    host: '127.0.0.1',
    port,
    readiness: {},
    logger: createLogger('test', 'silent'),
  });
  const record = (message: unknown) => {
    const { request } = message as { readonly request: IncomingMessage };
    if (request.socket.localPort === http.port && request.url === '/graphql')
      requests.push(request.headers['content-type'] ?? '');
  };
  subscribe('http.server.request.start', record);
  let closed: Promise<void> | null = null;
  const close = (timeoutMs?: number) => (closed ??= http.close(timeoutMs));
  onTestFinished(async () => {
    unsubscribe('http.server.request.start', record);
    await close(0);
  });
  const hold = (n: number) => {
    let release!: () => void;
    held.set(n, new Promise((resolve) => (release = resolve)));
    return release;
  };
  const { instanceId } = verifier;
  return { ...http, close, graphqlUrl: `${http.url}/graphql`, instanceId, requests, executed, hold };
}

export function clientOf(urls: readonly string[], identitySecret: string | null = SECRET): SubgraphClient {
  const client = createSubgraphClient({ subgraph: 'echo', urls, identitySecret });
  onTestFinished(() => client.close());
  return client;
}

export const READ = 'query Echo($n: Int!) { echo(n: $n) }';
export const MUTATION = 'mutation Echo($n: Int!) { echo(n: $n) }';

export const ECHO_IDENTITY: Identity = { caller: null, requestId: 'request-0', remainingMs: null };

/** One operation; all that are sent before anything is awaited are of one turn. */
export const send = (client: SubgraphClient, n: unknown, query = MUTATION, deadlineMs = 20_000) =>
  client.send({ query, variables: { n } }, ECHO_IDENTITY, deadlineMs);

/** After this the client knows the process and what it accepts. */
export const meet = (client: SubgraphClient) => send(client, 0, READ);
