import { GraphQLScalarType, parse, type GraphQLSchema } from 'graphql';
import { DateTime } from '../../platform/graphql/scalars.ts';
import type { Logger } from '../../platform/logger.ts';
import { CompiledOperation, type ExecutionParts, type ExecutionResult } from '../execution/compiled-operation.ts';
import { compositeNames } from '../execution/compile-shape.ts';
import { readSubtypes } from '../execution/subtypes.ts';
import type { Variables } from '../operation/selected-operation.ts';
import type { TypesWithHiddenValues } from '../operation/hidden-values.ts';
import type { PlannedOperation } from '../operation/planned-operation.ts';
import type { ExecutionContext } from '../subgraph/execution-context.ts';
import { loadPlanner, unplannable } from './planner.ts';

/** Plans operations, each once, and executes them. */
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

/** @param source of the requests to a subgraph, by its name */
export async function loadGateway(
  supergraphSdl: string,
  source: ExecutionParts['source'],
  logger: Logger,
  hidden: TypesWithHiddenValues = new Set(),
): Promise<Gateway> {
  const planner = await loadPlanner(supergraphSdl, logger);
  const { schema } = planner;
  checkScalarsHere(schema);
  const subtypes = readSubtypes(parse(supergraphSdl, { noLocation: true }));
  const parts: ExecutionParts = { schema, names: compositeNames(schema), hidden, subtypes, source };
  /** For as long as the operations are kept. */
  const compiled = new WeakMap<PlannedOperation, Promise<CompiledOperation>>();

  return {
    schema,
    async execute(operation, given, context) {
      const variables = operation.variables ? operation.variables(given) : given;
      let known = compiled.get(operation);
      if (!known) {
        known = compile(operation, variables, context.logger);
        compiled.set(operation, known);
        known.catch(() => compiled.delete(operation));
      }
      return (await known).execute(variables, context);
    },
    stop: () => planner.stop(),
  };

  async function compile(
    operation: PlannedOperation,
    variables: Variables,
    log: Logger,
  ): Promise<CompiledOperation> {
    const plan = await planner.plan(operation, variables, log);
    try {
      return new CompiledOperation(plan, operation, parts);
    } catch (error) {
      throw unplannable(error);
    }
  }
}

/**
 * To the planner a custom scalar is anything; this way a bad instant is refused before a request to a subgraph. Other graphs define
 * their own DateTime.
 */
function checkScalarsHere(schema: GraphQLSchema): void {
  const type = schema.getType(DateTime.name);
  const isOfShop = schema.getMutationType()?.getFields()['purchase'] !== undefined;
  if (!(type instanceof GraphQLScalarType) || !isOfShop) return;
  type.parseValue = (value) => DateTime.parseValue(value);
  type.parseLiteral = (node, variables) => DateTime.parseLiteral(node, variables);
}
