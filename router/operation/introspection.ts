import { executeSync, type ExecutionResult, type GraphQLSchema } from 'graphql';
import type { Variables } from './cost.ts';
import type { Operation } from './operation.ts';

/** An answer takes up to 20 ms of CPU time and depends on document and schema alone: it is kept for as long as the operation is. */
const kept = new WeakMap<Operation, ExecutionResult>();

/** Answers an operation that asks for the schema and for nothing else, by graphql-js alone. @returns null for any other operation */
export function introspect(
  schema: GraphQLSchema,
  operation: Operation,
  variables: Variables,
): ExecutionResult | null {
  if (!operation.isIntrospection) return null;
  const known = kept.get(operation);
  if (known) return known;
  const result = executeSync({ schema, document: operation.document, variableValues: variables });
  if (!operation.definition.variableDefinitions?.length) kept.set(operation, result);
  return result;
}
