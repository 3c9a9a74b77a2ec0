import { Kind, parse, type SelectionSetNode } from 'graphql';

/** What an operation reads of a subgraph at the top. */
export interface FieldsRead {
  /** Response names of root fields. */
  readonly ofRoot: readonly string[];
  /** Response names of fields of entities, by the type that they are read of; null: no entities are read. */
  readonly ofEntities: ReadonlyMap<string, readonly string[]> | null;
}

const ENTITIES = '_entities';
const TYPENAME = '__typename';

/** @param query that a plan sends to a subgraph: without named fragments */
export function fieldsReadBy(query: string): FieldsRead {
  const [operation] = parse(query, { noLocation: true }).definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) return { ofRoot: [], ofEntities: null };
  const { selectionSet } = operation;
  const [root] = selectionSet.selections;
  const isOfEntities = root?.kind === Kind.FIELD && root.name.value === ENTITIES;
  return {
    ofRoot: namesIn(selectionSet),
    ofEntities: isOfEntities && root.selectionSet ? namesByType(root.selectionSet) : null,
  };
}

function namesByType({ selections }: SelectionSetNode): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, readonly string[]>();
  for (const selection of selections) {
    if (selection.kind !== Kind.INLINE_FRAGMENT || !selection.typeCondition) continue;
    const type = selection.typeCondition.name.value;
    names.set(type, [...(names.get(type) ?? []), ...namesIn(selection.selectionSet)]);
  }
  return names;
}

function namesIn({ selections }: SelectionSetNode): readonly string[] {
  return selections.flatMap((selection): readonly string[] => {
    if (selection.kind === Kind.INLINE_FRAGMENT) return namesIn(selection.selectionSet);
    if (selection.kind !== Kind.FIELD || selection.name.value === TYPENAME) return [];
    return [(selection.alias ?? selection.name).value];
  });
}
