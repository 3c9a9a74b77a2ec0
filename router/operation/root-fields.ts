import { Kind, type GraphQLSchema, type SelectionSetNode } from 'graphql';
import { rootTypeOf, type SelectedOperation } from './selected-operation.ts';

/**
 * The root fields that an operation asks for: each response name with the field behind it, through fragments. Selections under
 * one response name are one field to whoever executes them, and two aliases are two.
 */
export function rootFieldsOf({ definition, fragments }: SelectedOperation): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  const walkedFragments = new Set<string>();
  walk(definition.selectionSet);
  return fields;

  function walk(selectionSet: SelectionSetNode): void {
    for (const selection of selectionSet.selections) {
      switch (selection.kind) {
        case Kind.FIELD:
          fields.set((selection.alias ?? selection.name).value, selection.name.value);
          break;
        case Kind.INLINE_FRAGMENT:
          walk(selection.selectionSet);
          break;
        case Kind.FRAGMENT_SPREAD: {
          const name = selection.name.value;
          const fragment = fragments.get(name);
          if (!fragment || walkedFragments.has(name)) break;
          walkedFragments.add(name);
          walk(fragment.selectionSet);
          break;
        }
      }
    }
  }
}

/** @returns how often an operation asks for each root field, by `Type.field` */
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
