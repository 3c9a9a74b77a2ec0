import { readFileSync } from 'node:fs';
import { ApolloServer, HeaderMap } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { unwrapResolverError } from '@apollo/server/errors';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { GraphQLError, parse, type GraphQLFormattedError } from 'graphql';
import { Fault, isFaultCode, type FaultCode } from '../errors.ts';
import { isConnectionLost, wasNotConnected } from '../mysql/errors.ts';
import { wasNotSent } from '../redis/client.ts';
import { IDENTITY_HEADER, verifyIdentity } from '../identity/identity.ts';
import {
  json,
  startHttpServer,
  type Handler,
  type HttpReply,
  type HttpRequest,
  type RunningHttpServer,
} from '../http/server.ts';
import type { ReadinessChecks } from '../http/readiness.ts';
import type { Logger } from '../logger.ts';
import { applyPermissions, type Permissions } from './permissions.ts';
import type { ContextMaker, SubgraphContext } from './subgraph-context.ts';

type SubgraphResolvers = NonNullable<
  Extract<Parameters<typeof buildSubgraphSchema>[0], { typeDefs: unknown }>['resolvers']
>;

export interface SubgraphOptions<Context extends SubgraphContext> {
  /** The file of the schema, as in `schema/`. */
  readonly schemaFile: URL;
  readonly resolvers: object;
  readonly permissions: Permissions;
  readonly context: ContextMaker<Context>;
  readonly identitySecret: string;
  readonly host: string;
  readonly port: number;
  /** Paths beside `/graphql` and the health checks. */
  readonly routes?: Readonly<Record<string, Handler>>;
  readonly readiness: ReadinessChecks;
  readonly logger: Logger;
}

const MAX_BODY_BYTES = 1_048_576;

/** A subgraph on HTTP. It answers only requests that carry an identity signed by the router: 401 otherwise. */
export async function startSubgraph<Context extends SubgraphContext>(
  options: SubgraphOptions<Context>,
): Promise<RunningHttpServer> {
  const schema = applyPermissions(
    buildSubgraphSchema({
      typeDefs: parse(readFileSync(options.schemaFile, 'utf8')),
      resolvers: options.resolvers as SubgraphResolvers,
    }),
    options.permissions,
  );
  const apollo = new ApolloServer<Context>({
    schema,
    // The only caller is the router, which has been through all of this already.
    csrfPrevention: false,
    introspection: false,
    persistedQueries: false,
    stopOnTerminationSignals: false,
    logger: options.logger,
    formatError: (formatted, error) => maskFault(formatted, error, options.logger),
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
  });
  await apollo.start();

  const http = await startHttpServer({
    host: options.host,
    port: options.port,
    maxBodyBytes: MAX_BODY_BYTES,
    readiness: options.readiness,
    logger: options.logger,
    routes: { '/graphql': (request) => execute(apollo, options, request), ...options.routes },
  });
  return {
    ...http,
    close: async (patienceMs) => {
      await http.close(patienceMs);
      await apollo.stop();
    },
  };
}

async function execute<Context extends SubgraphContext>(
  apollo: ApolloServer<Context>,
  options: SubgraphOptions<Context>,
  request: HttpRequest,
): Promise<HttpReply> {
  if (request.method !== 'POST') throw new Fault('METHOD_NOT_ALLOWED');
  const header = request.headers[IDENTITY_HEADER];
  const identity = verifyIdentity(options.identitySecret, Array.isArray(header) ? header[0] : header);
  if (!identity) throw new Fault('UNAUTHENTICATED', 'This service answers the router only.');

  const body = parseBody(await request.readBody());
  const response = await apollo.executeHTTPGraphQLRequest({
    httpGraphQLRequest: { method: 'POST', headers: JSON_HEADERS, search: '', body },
    context: async () =>
      options.context({
        caller: identity.caller,
        identity,
        logger: options.logger.child({ requestId: identity.requestId }),
      }),
  });
  if (response.body.kind !== 'complete')
    return json(500, { errors: [{ message: 'Incremental delivery is not supported.' }] });
  return {
    status: response.status ?? 200,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: response.body.string,
  };
}

const JSON_HEADERS = new HeaderMap([['content-type', 'application/json']]);

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Fault('BAD_REQUEST', 'The body is not JSON.');
  }
}

/** Faults that were meant to be seen pass; of anything else the caller learns nothing, and the log everything. */
function maskFault(formatted: GraphQLFormattedError, error: unknown, logger: Logger): GraphQLFormattedError {
  const original = unwrapResolverError(error);
  if (original instanceof Fault || isFaultCode(formatted.extensions?.['code'])) {
    const { stacktrace: _stack, ...extensions } = formatted.extensions ?? {};
    return { ...formatted, extensions };
  }
  if (original instanceof GraphQLError) {
    // Of the document itself: syntax, validation, variables. The router would have refused it already.
    return { message: formatted.message, extensions: { code: 'BAD_REQUEST' } };
  }
  logger.error({ err: original }, 'resolver failed');
  const fault = new Fault(faultOfStore(original) ?? 'INTERNAL');
  return {
    message: fault.message,
    ...(formatted.path ? { path: formatted.path } : {}),
    extensions: { code: fault.code },
  };
}

/** A store that could not be asked is no fault of the code; one that was asked and did not answer leaves the outcome open. */
function faultOfStore(error: unknown): FaultCode | null {
  if (wasNotSent(error) || wasNotConnected(error)) return 'UNAVAILABLE';
  return isConnectionLost(error) ? 'TIMEOUT' : null;
}
