import { ApolloGateway, type GraphQLDataSource } from '@apollo/gateway';
import { GraphQLError } from 'graphql';
import { renameData, renameError } from '../operation/answer-names.ts';
import { withoutHiddenValues, type TypesWithHiddenValues } from '../operation/hidden-values.ts';
import type { PlannedOperation } from '../operation/planned-operation.ts';
import type { SubgraphReply } from '../../platform/subgraph-client/reply.ts';
import { faultOfField } from '../subgraph/subgraph-fault.ts';

/** What the executor of @apollo/gateway makes of an operation. */
export interface StockResult {
  readonly data: unknown;
  readonly errors: readonly StockError[];
  /** Whether the executor, or one of its requests, has given up, as it does where an answer is of another kind than the schema says. */
  readonly gaveUp: boolean;
}

export interface StockError {
  readonly message: string;
  /** Undefined where the executor's own is of another entity: it counts those that were not requested. */
  readonly path: readonly (string | number)[] | undefined;
}

/** @returns a response, parsed */
export type Answer = (subgraph: string, query: string, variables: object) => Promise<SubgraphReply>;

type Executor = ApolloGateway['executor'];

/** @apollo/gateway with its own executor, to compare with. */
export async function stockExecution(supergraphSdl: string, answer: Answer, hidden: TypesWithHiddenValues) {
  process.env['APOLLO_TELEMETRY_DISABLED'] = '1';
  const gateway = new ApolloGateway({
    supergraphSdl,
    logger: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    buildService: ({ name }): GraphQLDataSource => ({
      process: async (options) => {
        const { query = '', variables = {} } = options.request;
        if (!('incomingRequestContext' in options)) throw new Error('Operations of clients only.');
        const state = options.context as unknown as State;
        // As text, as it is sent.
        const reply = await answer(name, query, JSON.parse(JSON.stringify(variables)) as object);
        const representations = variables['representations'] as unknown[] | undefined;
        if (!representations) Object.assign(state.root, reply.data);
        else if (countAt(state.root, options.pathInIncomingRequest ?? []) !== representations.length)
          state.hasInexactPaths = true;
        return masked(reply);
      },
    }),
  });
  const { schema, executor } = await gateway.load();

  return {
    schema,
    async execute(
      operation: PlannedOperation,
      given: Readonly<Record<string, unknown>>,
    ): Promise<StockResult> {
      const { document, definition, hash, names } = operation;
      const state: State = { root: {}, hasInexactPaths: false };
      const variables = operation.variables ? operation.variables(given) : given;
      const { data, errors, extensions } = await executor({
        document,
        operation: definition,
        queryHash: hash,
        operationName: null,
        request: { variables },
        context: state,
        logger: { debug: ignore, info: ignore, warn: ignore, error: ignore },
        metrics: {},
        schema,
      } as unknown as Parameters<Executor>[0]).catch((error: unknown) => ({
        data: undefined,
        errors: [new GraphQLError(String(error))],
        extensions: undefined,
      }));
      const unfit = (extensions?.['valueCompletion'] as readonly GraphQLError[] | undefined) ?? [];
      const found = errors ?? withoutHiddenValues({ schema, definition, data, errors: unfit }, hidden);
      return {
        gaveUp: data === undefined || (errors ?? []).some(({ path }) => !path),
        data: names ? renameData(data, names) : data,
        errors: found
          .map((error) => (names ? renameError(error, names) : error))
          .map(({ message, path }) => ({ message, path: state.hasInexactPaths ? undefined : path })),
      };
    },
    stop: () => gateway.stop(),
  };
}

interface State {
  readonly root: object;
  hasInexactPaths: boolean;
}

/** Messages that clients may see, as `SubgraphSource` has them. */
const masked = (reply: Awaited<ReturnType<Answer>>) => ({
  ...reply,
  ...(reply.errors
    ? { errors: reply.errors.map((error) => ({ ...error, message: faultOfField(error).message })) }
    : {}),
});

/** How many objects the executor finds at the path. */
function countAt(value: unknown, [step, ...rest]: readonly (string | number)[]): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (Array.isArray(value))
    return value.reduce(
      (sum: number, item) => sum + countAt(item, step === '@' ? rest : [step!, ...rest]),
      0,
    );
  if (step === undefined) return 1;
  return countAt((value as Readonly<Record<string, unknown>>)[step], rest);
}

const ignore = (): void => undefined;
