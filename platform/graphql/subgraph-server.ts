import { readFileSync } from 'node:fs';
import { ApolloServer, HeaderMap, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { ApolloServerPluginCacheControl } from '@apollo/server/plugin/cacheControl';
import { unwrapResolverError } from '@apollo/server/errors';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { GraphQLError, Kind, OperationTypeNode, parse, type GraphQLFormattedError } from 'graphql';
import { Fault, isFaultCode, OUTCOME_UNKNOWN } from '../errors.ts';
import { isStatementTimeout } from '../mysql/errors.ts';
import { identify } from '../identity/identify.ts';
import type { IdentityVerifier } from '../identity/identity-verifier.ts';
import type { AccessTokens } from '../identity/tokens/access-tokens.ts';
import { json, startHttpServer, type RunningHttpServer } from '../http/server.ts';
import type { Handler, HttpReply, HttpRequest } from '../http/types.ts';
import type { ReadinessChecks } from '../http/readiness.ts';
import type { Logger } from '../logger.ts';
import { inSpan } from '../observability/current-span.ts';
import { metricsPage, msSince } from '../observability/metrics.ts';
import { countMutationOutcomes } from '../observability/mutation-outcomes.ts';
import { labelsOfDocuments, recordRequest, type DocumentLabels } from '../observability/requests.ts';
import { joinTrace } from '../observability/span.ts';
import { TRACEPARENT_HEADER } from '../observability/traceparent.ts';
import { batchHeader, misdirected } from './misdirected.ts';
import { applyPermissions, type Permissions } from './permissions.ts';
import { checkRepresentations } from './entity-representations.ts';
import { isBatch, receiveBatch } from './receive-batch.ts';
import type { ExecuteOperation, OperationBody, ReceivedOperation } from './received-operation.ts';
import { closeServiceField } from './service-field.ts';
import { storeFailure } from '../store-failure.ts';
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
  /** Which signed identities are accepted. */
  readonly verifier: IdentityVerifier;
  /** Null: only signed identities are accepted. Else access tokens are, too; closed with the server. */
  readonly tokens?: AccessTokens | null;
  readonly host: string;
  readonly port: number;
  /** Paths beside `/graphql` and the health checks. */
  readonly routes?: Readonly<Record<string, Handler>>;
  readonly readiness: ReadinessChecks;
  readonly logger: Logger;
}

const MAX_BODY_BYTES = 1_048_576;

/** Of several operations in one request, which a process of this system sends where access tokens do not count. */
const BATCH_LIMITS = { operations: 64, bytes: MAX_BODY_BYTES };

/** Lexical tokens of a document. A router may expand every fragment of a document that it accepted; for other clients the limit is lower. */
const MAX_TOKENS = { ofRouter: 50_000, ofAnybody: 5_000 };

/** A subgraph on HTTP. Unless access tokens count, it accepts only requests with an identity signed by the router. */
export async function startSubgraph<Context extends SubgraphContext>(
  options: SubgraphOptions<Context>,
): Promise<RunningHttpServer> {
  const typeDefs = parse(readFileSync(options.schemaFile, 'utf8'));
  const schema = countMutationOutcomes(
    applyPermissions(
      buildSubgraphSchema({
        typeDefs,
        resolvers: options.resolvers as SubgraphResolvers,
      }),
      options.permissions,
    ),
  );
  if (options.tokens) closeServiceField(schema);
  checkRepresentations(schema, typeDefs);
  const maxTokens = options.tokens ? MAX_TOKENS.ofAnybody : MAX_TOKENS.ofRouter;
  const labels = labelsOfDocuments(schema, maxTokens);
  const apollo = new ApolloServer<Context>({
    schema,
    parseOptions: { maxTokens },
    // The only caller is the router, which has been through all of this already.
    csrfPrevention: false,
    introspection: false,
    persistedQueries: false,
    stopOnTerminationSignals: false,
    logger: options.logger,
    formatError: maskFault,
    plugins: [
      logFailures,
      schema.getDirective('cacheControl')
        ? ApolloServerPluginCacheControl({ calculateHttpHeaders: 'if-cacheable' })
        : ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
  });
  await apollo.start();
  const execute: ExecuteOperation = (operation) => executeOperation(apollo, labels, options, operation);

  const http = await startHttpServer({
    host: options.host,
    port: options.port,
    maxBodyBytes: MAX_BODY_BYTES,
    readiness: options.readiness,
    logger: options.logger,
    routes: {
      '/graphql': (request) => receiveOperation(execute, options, request),
      '/metrics': metricsPage,
      ...options.routes,
    },
  }).catch((error: unknown) => {
    options.tokens?.close();
    throw error;
  });
  return {
    ...http,
    close: async (timeoutMs) => {
      await http.close(timeoutMs);
      await apollo.stop();
      options.tokens?.close();
    },
  };
}

/** @throws {Fault} as `identify`, `readBody` and `accept` do */
async function receiveOperation(
  execute: ExecuteOperation,
  options: Pick<SubgraphOptions<never>, 'verifier' | 'tokens' | 'logger'>,
  request: HttpRequest,
): Promise<HttpReply> {
  if (request.method !== 'POST') throw new Fault('METHOD_NOT_ALLOWED');
  const { verifier, tokens, logger } = options;
  const limits = tokens ? null : BATCH_LIMITS;
  if (limits && isBatch(request)) return receiveBatch({ execute, verifier, limits, logger }, request);
  const identified = await identify(request.headers, verifier, tokens ?? null);
  if (identified === 'misdirected') return misdirected(verifier, limits, request);
  const text = await request.readBody();
  identified.accept(text);
  const { identity, isSigned } = identified;
  const reply = await execute({
    identity,
    isSigned,
    body: parseBody(text),
    traceparent: request.headers[TRACEPARENT_HEADER],
  });
  return verifier.perInstance ? reply : { ...reply, headers: { ...reply.headers, ...batchHeader(limits) } };
}

async function executeOperation<Context extends SubgraphContext>(
  apollo: ApolloServer<Context>,
  labels: DocumentLabels,
  options: SubgraphOptions<Context>,
  { identity, isSigned, body, traceparent }: ReceivedOperation,
): Promise<HttpReply> {
  const begun = performance.now();
  const operation = labels(body.query);
  const span = joinTrace(operation, traceparent);
  const logger = options.logger.child({ requestId: identity.requestId });
  const response = await inSpan(span, () =>
    apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method: 'POST', headers: JSON_HEADERS, search: '', body },
      context: async () =>
        options.context({ caller: identity.caller, isSigned, identity: { ...identity, span }, logger, span }),
    }),
  );
  const outcome = isFailure(response.body) ? 'ERRORS' : 'OK';
  recordRequest(operation, outcome, begun);
  logger.debug({ operation, outcome, tookMs: msSince(begun) }, 'answered');
  span.end(outcome === 'OK' ? undefined : outcome);
  if (response.body.kind !== 'complete')
    return json(500, { errors: [{ message: 'Incremental delivery is not supported.' }] });
  const cacheControl = response.headers.get('cache-control');
  return {
    status: response.status ?? 200,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      ...(cacheControl ? { 'cache-control': cacheControl } : {}),
    },
    body: response.body.string,
  };
}

const JSON_HEADERS = new HeaderMap([['content-type', 'application/json']]);

function parseBody(text: string): OperationBody {
  try {
    const body = JSON.parse(text) as { query?: unknown } | null;
    if (typeof body?.query === 'string') return body as OperationBody;
  } catch {
    // The same answer as for JSON that is no request.
  }
  throw new Fault('BAD_REQUEST', 'The body is not JSON with a `query`.');
}

/** Apollo Server writes errors first. */
const isFailure = (body: { readonly kind: string; readonly string?: string }): boolean =>
  body.string?.startsWith('{"errors"') ?? true;

/** The formatter of errors has no access to the request; this has, so that the log relates the error to the request. */
const logFailures: ApolloServerPlugin<SubgraphContext> = {
  requestDidStart: async () => ({
    didEncounterErrors: async ({ errors, contextValue, operation }) => {
      for (const error of errors) {
        if (operation?.operation === OperationTypeNode.MUTATION) ofMutations.add(error);
        const original = unwrapResolverError(error);
        if (isMeant(original, error) || isOfRequest(error)) continue;
        contextValue.logger.error({ err: original, path: error.path }, 'resolver failed');
      }
    },
  }),
};

/** Errors during a mutation: the formatter of errors has no access to the operation either. */
const ofMutations = new WeakSet<object>();

const isMeant = (
  original: unknown,
  { extensions }: { readonly extensions?: Record<string, unknown> },
): boolean => original instanceof Fault || isFaultCode(extensions?.['code']);

/**
 * Of the document, its variables or an argument: syntax, validation, values. What graphql-js throws about a result has its field
 * as its place.
 */
const isOfRequest = (error: unknown): boolean =>
  error instanceof GraphQLError &&
  unwrapResolverError(error) instanceof GraphQLError &&
  (!error.path || error.nodes?.[0]?.kind !== Kind.FIELD);

/** By Apollo Server's code. Its own messages quote the document and the variables, which may hold a password. */
const OF_REQUEST: Readonly<Record<string, string>> = {
  GRAPHQL_PARSE_FAILED: 'The document is not GraphQL.',
  GRAPHQL_VALIDATION_FAILED: 'The document does not fit the schema.',
  BAD_USER_INPUT: 'A variable does not fit its type.',
  OPERATION_RESOLUTION_FAILURE: 'It is not clear which operation is meant.',
};

/** Faults that were meant to be seen pass; of anything else the caller learns nothing, and the log what kind of error it is. */
function maskFault(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const original = unwrapResolverError(error);
  if (isMeant(original, formatted)) {
    const { stacktrace: _stack, ...extensions } = formatted.extensions ?? {};
    return { ...formatted, extensions };
  }
  if (isOfRequest(error)) {
    // The router refuses nearly all of it before it gets here.
    const reason = OF_REQUEST[String(formatted.extensions?.['code'])] ?? 'A value does not fit its type.';
    return { message: reason, extensions: { code: 'BAD_REQUEST' } };
  }
  const fault = faultOf(original, typeof error === 'object' && error !== null && ofMutations.has(error));
  return {
    message: fault.message,
    ...(formatted.path ? { path: formatted.path } : {}),
    extensions: { ...fault.extensions },
  };
}

/**
 * A refusal of a store, or a store that is not reached, is no fault of the code: UNAVAILABLE, with a time to try again. Where a mutation may
 * have taken effect nevertheless, the fault states it.
 */
function faultOf(error: unknown, isOfMutation: boolean): Fault {
  if (isStatementTimeout(error)) return new Fault('TIMEOUT');
  const failure = storeFailure(error);
  if (!failure) return new Fault('INTERNAL');
  const { retryAfterMs, mayHaveRun } = failure;
  return mayHaveRun && isOfMutation
    ? new Fault('UNAVAILABLE', OUTCOME_UNKNOWN.message, { retryAfterMs, ...OUTCOME_UNKNOWN.extensions })
    : new Fault('UNAVAILABLE', undefined, { retryAfterMs });
}
