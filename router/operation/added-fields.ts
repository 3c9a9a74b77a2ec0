import { visit, type DirectiveNode, type DocumentNode } from 'graphql';
import { parseFieldSet } from '../../platform/graphql/field-set.ts';
import { argumentOf, linkedName } from './supergraph-links.ts';

/** Arguments of `@join__type` and `@join__field` that are field sets which the planner selects by itself. */
const FIELD_SETS = ['key', 'requires'];

/**
 * The names of all fields that the planner adds to what a client selects, under their own names: those of keys and of `@requires`, at
 * any depth. Where a client gives such a name to something else, both get into one object of a subgraph's answer.
 */
export function readAddedFields(supergraph: DocumentNode): ReadonlySet<string> {
  const names = new Set<string>();
  const prefix = `${linkedName(supergraph, 'join')}__`;
  visit(supergraph, {
    Directive: (directive: DirectiveNode) => {
      if (!directive.name.value.startsWith(prefix)) return;
      for (const fieldSet of FIELD_SETS.map((name) => argumentOf(directive, name)))
        if (fieldSet !== undefined) collect(fieldSet, names);
    },
  });
  return names;
}

function collect(fieldSet: string, names: Set<string>): void {
  visit(parseFieldSet(fieldSet), {
    Field: ({ name }) => {
      names.add(name.value);
    },
  });
}
