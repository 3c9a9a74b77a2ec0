import { ApolloGateway, type GraphQLDataSource } from '@apollo/gateway';
import { GraphQLScalarType, type GraphQLSchema } from 'graphql';
import { DateTime } from '../platform/graphql/scalars.ts';
import type { Logger } from '../platform/logger.ts';
import type { Operation } from './operation/operation.ts';
import type { Variables } from './operation/cost.ts';
import type { RequestContext } from './subgraph/request-context.ts';

type Executor = ApolloGateway['executor'];
export type ExecutionResult = Awaited<ReturnType<Executor>>;

/** What the planner needs to know of an operation. */
export type PlannedOperation = Pick<Operation, 'document' | 'definition' | 'hash'>;

/** @apollo/gateway as planner and executor, and nothing else of it. */
export interface Gateway {
  /** What clients see. */
  readonly schema: GraphQLSchema;
  execute(
    operation: PlannedOperation,
    variables: Variables,
    context: RequestContext,
  ): Promise<ExecutionResult>;
  stop(): Promise<void>;
}

export async function loadGateway(
  supergraphSdl: string,
  buildService: (subgraph: { readonly name: string; readonly url?: string }) => GraphQLDataSource,
  logger: Logger,
): Promise<Gateway> {
  // Read by the constructor; without it the gateway reports to its makers.
  process.env['APOLLO_TELEMETRY_DISABLED'] = '1';
  const gateway = new ApolloGateway({
    supergraphSdl,
    buildService,
    logger: quiet(logger),
    // On by default outside production: anyone could ask for the query plan by a header.
    __exposeQueryPlanExperimental: false,
    // Off by default in production. A file that changes under the running router is looked at as closely as anywhere.
    validateSupergraph: true,
  });
  const { schema, executor } = await gateway.load();
  checkScalarsHere(schema);
  return {
    schema,
    execute: ({ document, hash, definition }, variables, context) =>
      executor({
        document,
        operation: definition,
        queryHash: hash,
        operationName: null,
        request: { variables },
        context,
        logger: quiet(context.logger),
        metrics: {},
        schema,
        // The rest of the interface is for plugins of Apollo Server, which is not here.
      } as unknown as Parameters<Executor>[0]),
    stop: () => gateway.stop(),
  };
}

/** To the gateway a custom scalar is anything; this way a bad instant is refused before a subgraph is asked. */
function checkScalarsHere(schema: GraphQLSchema): void {
  const type = schema.getType(DateTime.name);
  if (!(type instanceof GraphQLScalarType)) return;
  type.parseValue = (value) => DateTime.parseValue(value);
  type.parseLiteral = (node, variables) => DateTime.parseLiteral(node, variables);
}

/** What the gateway tells at each start is of no interest to an operator. */
const quiet = (logger: Logger) => ({
  debug: (message?: string) => logger.trace(message),
  info: (message?: string) => logger.debug(message),
  warn: (message?: string) => logger.warn(message),
  error: (message?: string) => logger.error(message),
});
