import { executeSync, type DocumentNode, type ExecutionResult, type GraphQLSchema } from 'graphql';
import type { Variables } from './cost.ts';
import type { Operation } from './operation.ts';

/** An answer takes up to 20 ms of CPU time and depends on document and schema alone: it is kept for as long as the operation is. */
const kept = new WeakMap<DocumentNode, ExecutionResult>();

/**
 * Answers the introspection in an operation by graphql-js alone: the planner supports only a part of it.
 * @returns null for an operation without introspection
 */
export function introspect(
  schema: GraphQLSchema,
  { introspection, definition }: Pick<Operation, 'introspection' | 'definition'>,
  variables: Variables,
): ExecutionResult | null {
  if (!introspection) return null;
  const known = kept.get(introspection);
  if (known) return known;
  const result = executeSync({ schema, document: introspection, variableValues: variables });
  if (!definition.variableDefinitions?.length) kept.set(introspection, result);
  return result;
}

/** Puts what is known of the schema into the answer of the subgraphs, in its place. @param answered is changed */
export function joinIntrospection(
  answered: { readonly data?: Record<string, unknown> | null | undefined },
  { data }: ExecutionResult,
): void {
  const whole = answered.data;
  if (!whole || !data) return;
  for (const [name, value] of Object.entries(data)) if (Object.hasOwn(whole, name)) whole[name] = value;
}
