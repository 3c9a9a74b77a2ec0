import {
  ApolloServer,
  HeaderMap,
  type ApolloServerOptionsWithSchema,
  type ApolloServerPlugin,
} from '@apollo/server';
import { ApolloServerPluginCacheControl } from '@apollo/server/plugin/cacheControl';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { GraphQLSchema } from 'graphql';
import { json } from '../http/server.ts';
import type { Logger } from '../logger.ts';
import { inSpan } from '../observability/current-span.ts';
import { msSince } from '../observability/metrics.ts';
import { labelsOfDocuments, recordRequest } from '../observability/requests.ts';
import { joinTrace } from '../observability/span.ts';
import { executeKnown, type Executed } from './execute-known.ts';
import { KnownDocuments } from './known-documents.ts';
import { maskFault, recordErrors } from './mask-faults.ts';
import type { ExecuteOperation, OperationBody } from './received-operation.ts';
import { RequestContext, type ContextMaker, type SubgraphContext } from './subgraph-context.ts';

export interface OperationExecutorOptions<Context extends SubgraphContext> {
  readonly schema: GraphQLSchema;
  /** Lexical tokens of a document, at the most. */
  readonly maxTokens: number;
  readonly context: ContextMaker<Context>;
  readonly logger: Logger;
}

export interface OperationExecutor {
  readonly execute: ExecuteOperation;
  readonly stop: () => Promise<void>;
}

/**
 * Executes operations, each with a context, a logger, a span and a count in the metrics. Apollo Server executes what it has not seen before,
 * and answers what is wrong with a request; documents that it has validated are compiled and executed without it (`execute-known.ts`).
 */
export async function openOperationExecutor<Context extends SubgraphContext>(
  options: OperationExecutorOptions<Context>,
  known = new KnownDocuments(options.schema),
): Promise<OperationExecutor> {
  const apollo = new ApolloServer<Context>(apolloConfig(options, known));
  await apollo.start();
  return { execute: executorOf(apollo, known, options), stop: () => apollo.stop() };
}

const apolloConfig = <Context extends SubgraphContext>(
  { schema, maxTokens, logger }: OperationExecutorOptions<Context>,
  known: KnownDocuments,
): ApolloServerOptionsWithSchema<Context> => ({
  schema,
  parseOptions: { maxTokens },
  // The only caller is the router, which has been through all of this already.
  csrfPrevention: false,
  introspection: false,
  persistedQueries: false,
  stopOnTerminationSignals: false,
  logger,
  formatError: maskFault,
  plugins: [
    logFailures,
    known.plugin,
    schema.getDirective('cacheControl')
      ? ApolloServerPluginCacheControl({ calculateHttpHeaders: 'if-cacheable' })
      : ApolloServerPluginCacheControlDisabled(),
    ApolloServerPluginInlineTraceDisabled(),
    ApolloServerPluginLandingPageDisabled(),
    ApolloServerPluginUsageReportingDisabled(),
  ],
});

const logFailures: ApolloServerPlugin<SubgraphContext> = {
  requestDidStart: async () => ({
    didEncounterErrors: async ({ errors, contextValue, operation }) =>
      recordErrors(errors, operation?.operation, contextValue.logger),
  }),
};

function executorOf<Context extends SubgraphContext>(
  apollo: ApolloServer<Context>,
  known: KnownDocuments,
  { schema, maxTokens, context: contextOf, logger }: OperationExecutorOptions<Context>,
): ExecuteOperation {
  const labels = labelsOfDocuments(schema, maxTokens);
  return async ({ identity, isSigned, body, traceparent }) => {
    const begun = performance.now();
    const operation = labels(body.query);
    const span = joinTrace(operation, traceparent);
    const base = new RequestContext(identity, isSigned, span, logger);
    const makeContext = () => contextOf(base);
    const { status, cacheControl, text, hasErrors } = await inSpan(span, async () => {
      const found = known.find(body);
      const executed = found && (await executeKnown(found, body, makeContext()));
      return executed ?? (await executeByApollo(apollo, body, makeContext));
    });
    const outcome = hasErrors ? 'ERRORS' : 'OK';
    recordRequest(operation, outcome, begun);
    if (logger.isLevelEnabled('debug'))
      base.logger.debug({ operation, outcome, tookMs: msSince(begun) }, 'answered');
    span.end(hasErrors ? outcome : undefined);
    if (text === null) return json(500, { errors: [{ message: 'Incremental delivery is not supported.' }] });
    return {
      status,
      headers: cacheControl ? { ...JSON_TYPE, 'cache-control': cacheControl } : JSON_TYPE,
      body: text,
    };
  };
}

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };
const JSON_HEADERS = new HeaderMap([['content-type', 'application/json']]);

async function executeByApollo<Context extends SubgraphContext>(
  apollo: ApolloServer<Context>,
  body: OperationBody,
  makeContext: () => Context,
): Promise<Executed> {
  const response = await apollo.executeHTTPGraphQLRequest({
    httpGraphQLRequest: { method: 'POST', headers: JSON_HEADERS, search: '', body },
    context: async () => makeContext(),
  });
  const text = response.body.kind === 'complete' ? response.body.string : null;
  return {
    status: response.status ?? 200,
    cacheControl: response.headers.get('cache-control') ?? null,
    text,
    // Apollo Server writes errors first.
    hasErrors: text?.startsWith('{"errors"') ?? true,
  };
}
