import { executeSync, type DocumentNode, type ExecutionResult, type GraphQLSchema } from 'graphql';
import type { Variables } from './selected-operation.ts';
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

/** Puts what is known of the schema into the answer of the subgraphs, in its place. @param known null: there is no introspection */
export function joinIntrospection<
  Answered extends {
    readonly data?: Readonly<Record<string, unknown>> | null | undefined;
    readonly body?: string | undefined;
  },
>(answered: Answered, known: ExecutionResult | null): Answered {
  if (!answered.data || !known?.data) return answered;
  const data: Record<string, unknown> = { ...answered.data };
  for (const [name, value] of Object.entries(known.data)) if (Object.hasOwn(data, name)) data[name] = value;
  return { ...answered, data, body: undefined };
}
