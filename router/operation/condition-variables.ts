import { Kind, visit, type OperationDefinitionNode } from 'graphql';

const CONDITIONS: ReadonlySet<string> = new Set(['skip', 'include']);

/**
 * Variables of `@skip` and `@include` that may be null by their type, because they have a default. A null would make execution fail where it
 * meets the directive, which may be after a mutation has run.
 */
export function nullableConditions(definition: OperationDefinitionNode): ReadonlySet<string> {
  const names = new Set<string>();
  const nullable = new Set(
    definition.variableDefinitions
      ?.filter(({ type }) => type.kind !== Kind.NON_NULL_TYPE)
      .map(({ variable }) => variable.name.value),
  );
  if (nullable.size === 0) return names;
  visit(definition, {
    Directive: ({ name, arguments: given = [] }) => {
      if (!CONDITIONS.has(name.value)) return;
      for (const { value } of given)
        if (value.kind === Kind.VARIABLE && nullable.has(value.name.value)) names.add(value.name.value);
    },
  });
  return names;
}
