import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  type GraphQLCompositeType,
  type GraphQLNamedType,
  type GraphQLSchema,
} from 'graphql';
import type { AccessRules, ScopeChoice } from './access-rules.ts';
import { rootTypeOf, type SelectedOperation } from './selected-operation.ts';
import { fieldOf, narrowTypes, visitSelections } from './walk-selections.ts';

/** What an operation requires of its caller. */
export interface RequiredAccess {
  readonly authenticated: boolean;
  /** Each of these must be met. */
  readonly scopes: readonly ScopeChoice[];
}

/**
 * Collects the rules of everything that the operation selects: through fragments and aliases, and whether or not
 * `@skip` would leave it out. A field of an interface counts as that field of each of its types, since any of them may
 * be the answer.
 */
export function requiredAccess(
  schema: GraphQLSchema,
  { definition, fragments }: SelectedOperation,
  rules: AccessRules,
): RequiredAccess {
  const touched = new Set<string>();
  const narrow = narrowTypes(schema);
  visitSelections<GraphQLCompositeType>(definition.selectionSet, fragments, rootTypeOf(schema, definition), {
    narrow: (parent, typeCondition) => {
      const type = narrow(parent, typeCondition);
      touched.add(type.name);
      return type;
    },
    field: (node, parent, below) => {
      const type = touchField(parent, node.name.value);
      if (isCompositeType(type)) below(type);
    },
  });

  const kept = [...touched].flatMap((key) => rules.get(key) ?? []);
  const scopes = new Map(
    kept.flatMap((rule) => rule.scopes).map((choice) => [JSON.stringify(choice), choice]),
  );
  return { authenticated: kept.length > 0, scopes: [...scopes.values()] };

  function touchField(parent: GraphQLCompositeType, field: string): GraphQLNamedType | undefined {
    const owners = isAbstractType(parent) ? [parent, ...schema.getPossibleTypes(parent)] : [parent];
    for (const owner of owners) {
      touched.add(owner.name);
      touched.add(`${owner.name}.${field}`);
    }
    const definition = fieldOf(parent, field);
    const type = definition && getNamedType(definition.type);
    if (type) touched.add(type.name);
    return type;
  }
}
