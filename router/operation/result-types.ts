import { getNamedType, isAbstractType, OperationTypeNode, type GraphQLSchema } from 'graphql';
import { rootFieldsOf } from './root-fields.ts';
import { rootTypeOf, type SelectedOperation } from './selected-operation.ts';

/**
 * What the one mutation of an operation may be answered, by `__typename`. None where it is a query, or has several root fields. A
 * client can have any text answered under the name `__typename`; what is in here is of the schema.
 */
export function resultTypesOf(schema: GraphQLSchema, selected: SelectedOperation): ReadonlySet<string> {
  const [field, ...others] = rootFieldsOf(selected).values();
  if (selected.definition.operation !== OperationTypeNode.MUTATION || others.length > 0) return new Set();
  const type = rootTypeOf(schema, selected.definition).getFields()[field ?? '']?.type;
  const result = type && getNamedType(type);
  return new Set(isAbstractType(result) ? schema.getPossibleTypes(result).map(({ name }) => name) : []);
}

/** @returns the `__typename` of what a mutation was answered; undefined where the client did not select it */
export function resultTypeIn(data: unknown, types: ReadonlySet<string>): string | undefined {
  if (types.size === 0 || typeof data !== 'object' || data === null) return undefined;
  const [answer] = Object.values(data) as { readonly __typename?: unknown }[];
  const name = answer?.__typename;
  return typeof name === 'string' && types.has(name) ? name : undefined;
}
