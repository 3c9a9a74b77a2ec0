import { ApolloGateway, type GraphQLDataSource } from '@apollo/gateway';
import type { GraphQLSchema } from 'graphql';
import { Fault } from '../../platform/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import type { QueryPlan } from '../execution/plan.ts';
import type { Variables } from '../operation/selected-operation.ts';
import type { PlannedOperation } from '../operation/planned-operation.ts';

/** @apollo/gateway as planner, and nothing else of it. */
export interface Planner {
  /** What clients see. */
  readonly schema: GraphQLSchema;
  /**
   * @param variables of the request at hand, by the names of the document
   * @throws {Fault} BAD_REQUEST when the operation cannot be planned
   */
  plan(operation: PlannedOperation, variables: Variables, logger: Logger): Promise<QueryPlan>;
  stop(): Promise<void>;
}

type Executor = ApolloGateway['executor'];

/** Ends its work where execution would begin. */
class Planned extends Error {
  constructor(readonly plan: QueryPlan) {
    super('The operation is planned.');
  }
}

export async function loadPlanner(supergraphSdl: string, logger: Logger): Promise<Planner> {
  // Read by the constructor; without it the gateway sends usage reports to Apollo.
  process.env['APOLLO_TELEMETRY_DISABLED'] = '1';
  const gateway = new ApolloGateway({
    supergraphSdl,
    buildService: () => NO_SERVICE,
    logger: quiet(logger),
    // On by default outside production: any client could read the query plan by sending a header.
    __exposeQueryPlanExperimental: false,
    // Off by default in production. A file that changes while the router runs is validated as strictly as one at the start.
    validateSupergraph: true,
    // A plan is kept with its operation.
    queryPlannerConfig: { cache: NO_CACHE },
    experimental_didResolveQueryPlan: ({ queryPlan }) => {
      throw new Planned(queryPlan);
    },
  });
  const { schema, executor } = await gateway.load();

  return {
    schema,
    async plan({ document, hash, definition }, variables, log) {
      try {
        const { errors } = await executor({
          document,
          operation: definition,
          queryHash: hash,
          operationName: null,
          request: { variables },
          context: {},
          logger: quiet(log),
          metrics: {},
          schema,
          // The rest of the interface is for plugins of Apollo Server, which is not here.
        } as unknown as Parameters<Executor>[0]);
        throw errors?.[0] ?? new Error('There is no plan.');
      } catch (error) {
        if (error instanceof Planned) return error.plan;
        throw unplannable(error);
      }
    },
    stop: () => gateway.stop(),
  };
}

const NO_SERVICE: GraphQLDataSource = {
  process: () => Promise.reject(new Error('Plans are not executed here.')),
};

const NO_CACHE = {
  get: () => Promise.resolve(undefined),
  set: () => Promise.resolve(),
  delete: () => Promise.resolve(),
  clear: () => undefined,
};

/** The planner knows less than validation lets through, which is not the caller's fault, nor one that a retry would correct. */
export function unplannable(cause: unknown): Fault {
  const fault = new Fault('BAD_REQUEST', 'The operation fits the schema, but this router cannot plan it.');
  fault.cause = cause;
  return fault;
}

/** The gateway's lines one level lower, since it logs at each start. */
const quiet = (logger: Logger) => ({
  debug: (message?: string) => logger.trace(message),
  info: (message?: string) => logger.debug(message),
  warn: (message?: string) => logger.warn(message),
  error: (message?: string) => logger.error(message),
});
