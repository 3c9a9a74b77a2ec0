import { getNamedType, isCompositeType, type GraphQLCompositeType, type GraphQLSchema } from 'graphql';
import type { PlannedOperation } from '../operation/planned-operation.ts';
import type { TypesWithHiddenValues } from '../operation/hidden-values.ts';
import { rootTypeOf } from '../operation/selected-operation.ts';
import { fieldOf, narrowTypes, visitSelections } from '../operation/walk-selections.ts';
import type { QueryPlan } from './plan.ts';

/**
 * Whether the answer of a subgraph may go to the client as it came, where it is also found to be all that the client selected: it is the
 * only one, all names in it are the client's, and nothing that was selected has values which clients do not see.
 */
export function mayPassThrough(
  { node }: QueryPlan,
  operation: PlannedOperation,
  schema: GraphQLSchema,
  hidden: TypesWithHiddenValues,
): boolean {
  if (node?.kind !== 'Fetch' || node.requires || operation.names) return false;
  return hidden.size === 0 || !selectsAnyOf(hidden, operation, schema);
}

function selectsAnyOf(
  types: TypesWithHiddenValues,
  { definition }: PlannedOperation,
  schema: GraphQLSchema,
): boolean {
  let found = false;
  const root: GraphQLCompositeType = rootTypeOf(schema, definition);
  visitSelections(definition.selectionSet, new Map(), root, {
    narrow: narrowTypes(schema),
    field: (node, parent, below) => {
      const declared = fieldOf(parent, node.name.value)?.type;
      const type = declared && getNamedType(declared);
      if (!type) return;
      found ||= types.has(type.name);
      if (isCompositeType(type)) below(type);
    },
  });
  return found;
}
