import { Kind, parse, visit, type DirectiveNode, type DocumentNode } from 'graphql';

/** Arguments of `@join__type` and `@join__field` that are field sets which the planner selects by itself. */
const FIELD_SETS: ReadonlySet<string> = new Set(['key', 'requires']);

/**
 * The names of all fields that the planner adds to what a client selects, under their own names: those of keys and of `@requires`, at
 * any depth. Where a client gives such a name to something else, both get into one object of a subgraph's answer.
 */
export function readAddedFields(supergraph: DocumentNode): ReadonlySet<string> {
  const names = new Set<string>();
  visit(supergraph, {
    Directive: ({ name, arguments: given = [] }: DirectiveNode) => {
      if (!name.value.startsWith('join__')) return;
      for (const { name: argument, value } of given)
        if (FIELD_SETS.has(argument.value) && value.kind === Kind.STRING) collect(value.value, names);
    },
  });
  return names;
}

function collect(fieldSet: string, names: Set<string>): void {
  visit(parse(`{ ${fieldSet} }`, { noLocation: true }), {
    Field: ({ name }) => {
      names.add(name.value);
    },
  });
}
