import type { GraphQLSchema } from 'graphql';
import { rootTypeOf, type SelectedOperation } from './selected-operation.ts';
import { responseName, visitSelections } from './walk-selections.ts';

/**
 * The root fields of an operation: each response name with the field behind it, through fragments. Selections under one response name
 * are executed as one field, and two aliases as two.
 */
export function rootFieldsOf({ definition, fragments }: SelectedOperation): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  visitSelections(definition.selectionSet, fragments, undefined, {
    field: (node) => void fields.set(responseName(node), node.name.value),
  });
  return fields;
}

/** @returns how often an operation selects each root field, by `Type.field` */
export function countRootFields(
  schema: GraphQLSchema,
  selected: SelectedOperation,
): ReadonlyMap<string, number> {
  const root = rootTypeOf(schema, selected.definition).name;
  const counts = new Map<string, number>();
  for (const field of rootFieldsOf(selected).values()) {
    const name = `${root}.${field}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}
