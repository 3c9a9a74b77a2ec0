import { ApolloGateway, type GraphQLDataSource } from '@apollo/gateway';
import { GraphQLError, GraphQLScalarType, type GraphQLFormattedError, type GraphQLSchema } from 'graphql';
import { Fault } from '../../platform/errors.ts';
import { DateTime } from '../../platform/graphql/scalars.ts';
import type { Logger } from '../../platform/logger.ts';
import { renameData, renameError } from '../operation/answer-names.ts';
import { withoutHiddenValues, type TypesWithHiddenValues } from '../operation/hidden-values.ts';
import type { PlannedOperation } from '../operation/planned-operation.ts';
import type { Variables } from '../operation/cost.ts';
import { shapeAnswer } from './shape-answer.ts';
import { placeErrors } from '../execution/entity-places.ts';
import type { ExecutionContext } from '../subgraph/execution-context.ts';

type Executor = ApolloGateway['executor'];
export type ExecutionResult = Awaited<ReturnType<Executor>>;

/** @apollo/gateway as planner and executor, and nothing else of it. */
export interface Gateway {
  /** What clients see. */
  readonly schema: GraphQLSchema;
  /**
   * Once something was sent, there is an answer: the data there is, beside errors at their places.
   *
   * @throws {Fault} BAD_REQUEST when the operation cannot be planned; nothing was sent then
   */
  execute(
    operation: PlannedOperation,
    variables: Variables,
    context: ExecutionContext,
  ): Promise<ExecutionResult>;
  stop(): Promise<void>;
}

export async function loadGateway(
  supergraphSdl: string,
  buildService: (subgraph: { readonly name: string; readonly url?: string }) => GraphQLDataSource,
  logger: Logger,
  hidden: TypesWithHiddenValues = new Set(),
): Promise<Gateway> {
  // Read by the constructor; without it the gateway reports to its makers.
  process.env['APOLLO_TELEMETRY_DISABLED'] = '1';
  const gateway = new ApolloGateway({
    supergraphSdl,
    buildService,
    logger: quiet({ logger }),
    // On by default outside production: any client could read the query plan by sending a header.
    __exposeQueryPlanExperimental: false,
    // Off by default in production. A file that changes while the router runs is validated as strictly as one at the start.
    validateSupergraph: true,
    experimental_didResolveQueryPlan: ({ requestContext }) => {
      (requestContext.context as unknown as ExecutionContext).isPlanned = true;
    },
  });
  const { schema, executor } = await gateway.load();
  checkScalarsHere(schema);

  return {
    schema,
    async execute(operation, given, context) {
      const variables = operation.variables ? operation.variables(given) : given;
      const result = await settle(send(operation, variables, context));
      const { data, errors } = result;
      if (data !== undefined) {
        if (!errors && !context.isSent && Object.values(data ?? {}).includes(null))
          throw new Fault('BAD_REQUEST', 'The operation fits the schema, but no subgraph answers it.');
        const unfit = { schema, definition: operation.definition, data, errors: unfitIn(result) };
        return clientsAnswer(data, errors ?? withoutHiddenValues(unfit, hidden), operation);
      }
      const [cause] = errors ?? [];
      if (!context.isPlanned) throw unplannable(cause);
      context.logger.error({ err: cause }, 'the answer was not shaped by the gateway');
      const shaped = shapeAnswer(schema, operation.document, variables, context.answer ?? {});
      const failures = [...(context.failures ?? []).map(fromSubgraph), ...(shaped.errors ?? [])];
      return clientsAnswer(
        shaped.data ?? null,
        failures.length > 0 ? failures : [new Fault('INTERNAL')],
        operation,
      );
    },
    stop: () => gateway.stop(),
  };

  function send(
    { document, hash, definition }: PlannedOperation,
    variables: Variables,
    context: ExecutionContext,
  ): Promise<ExecutionResult> {
    return executor({
      document,
      operation: definition,
      queryHash: hash,
      operationName: null,
      request: { variables },
      context,
      logger: quiet(context),
      metrics: {},
      schema,
      // The rest of the interface is for plugins of Apollo Server, which is not here.
    } as unknown as Parameters<Executor>[0]);
  }
}

/** What the executor throws is an answer, too, like what it gives back as errors without data. */
const settle = (result: Promise<ExecutionResult>): Promise<ExecutionResult> =>
  result.catch((error: unknown) => ({ errors: [asError(error)] }));

const asError = (error: unknown): GraphQLError => {
  if (error instanceof GraphQLError) return error;
  const { message } = error instanceof Error ? error : new Error(String(error));
  return new GraphQLError(message, { originalError: error instanceof Error ? error : null });
};

const fromSubgraph = ({ message, path, extensions }: GraphQLFormattedError): GraphQLError =>
  new GraphQLError(message, { path: path ?? null, extensions: extensions ?? null });

/** The planner knows less than validation lets through, which is not the caller's fault, nor one that a second try would mend. */
function unplannable(cause: GraphQLError | undefined): Fault {
  const fault = new Fault('BAD_REQUEST', 'The operation fits the schema, but this router cannot plan it.');
  fault.cause = cause?.originalError ?? cause;
  return fault;
}

/** A null where the schema allows none: the gateway reports it beside the errors. */
const unfitIn = ({ extensions }: ExecutionResult): readonly GraphQLError[] =>
  (extensions?.['valueCompletion'] as readonly GraphQLError[] | undefined) ?? [];

function clientsAnswer(
  data: NonNullable<ExecutionResult['data']> | null,
  errors: readonly GraphQLError[],
  { names }: PlannedOperation,
): ExecutionResult {
  const placed = placeErrors(errors, data);
  if (!names) return placed.length === 0 ? { data } : { data, errors: placed };
  return {
    data: renameData(data, names),
    ...(placed.length === 0 ? {} : { errors: placed.map((error) => renameError(error, names)) }),
  };
}

/**
 * To the gateway a custom scalar is anything; this way a bad instant is refused before a request to a subgraph. Other graphs define
 * their own DateTime.
 */
function checkScalarsHere(schema: GraphQLSchema): void {
  const type = schema.getType(DateTime.name);
  const isOfShop = schema.getMutationType()?.getFields()['purchase'] !== undefined;
  if (!(type instanceof GraphQLScalarType) || !isOfShop) return;
  type.parseValue = (value) => DateTime.parseValue(value);
  type.parseLiteral = (node, variables) => DateTime.parseLiteral(node, variables);
}

/** The gateway's lines one level lower, since it logs at each start. The logger of a request is made when there is a line to write. */
const quiet = (source: { readonly logger: Logger }) => ({
  debug: (message?: string) => source.logger.trace(message),
  info: (message?: string) => source.logger.debug(message),
  warn: (message?: string) => source.logger.warn(message),
  error: (message?: string) => source.logger.error(message),
});
