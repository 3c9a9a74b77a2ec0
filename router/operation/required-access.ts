import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  type GraphQLCompositeType,
  type GraphQLNamedType,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import type { AccessRules, ScopeChoice } from './access-rules.ts';
import { rootTypeOf, type SelectedOperation } from './selected-operation.ts';

/** What an operation asks of its caller. */
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
  const walkedFragments = new Set<string>();
  walk(definition.selectionSet, rootTypeOf(schema, definition));

  const kept = [...touched].flatMap((key) => rules.get(key) ?? []);
  const scopes = new Map(
    kept.flatMap((rule) => rule.scopes).map((choice) => [JSON.stringify(choice), choice]),
  );
  return { authenticated: kept.length > 0, scopes: [...scopes.values()] };

  function walk(selectionSet: SelectionSetNode, parent: GraphQLCompositeType): void {
    for (const selection of selectionSet.selections) {
      switch (selection.kind) {
        case Kind.FIELD: {
          const type = touchField(parent, selection.name.value);
          if (selection.selectionSet && isCompositeType(type)) walk(selection.selectionSet, type);
          break;
        }
        case Kind.INLINE_FRAGMENT:
          walk(selection.selectionSet, narrowed(selection.typeCondition?.name.value, parent));
          break;
        case Kind.FRAGMENT_SPREAD: {
          const name = selection.name.value;
          const fragment = fragments.get(name);
          if (!fragment || walkedFragments.has(name)) break;
          walkedFragments.add(name);
          walk(fragment.selectionSet, narrowed(fragment.typeCondition.name.value, parent));
          break;
        }
      }
    }
  }

  function narrowed(name: string | undefined, parent: GraphQLCompositeType): GraphQLCompositeType {
    const type = name === undefined ? parent : schema.getType(name);
    if (!isCompositeType(type)) return parent;
    touched.add(type.name);
    return type;
  }

  function touchField(parent: GraphQLCompositeType, field: string): GraphQLNamedType | undefined {
    const owners = isAbstractType(parent) ? [parent, ...schema.getPossibleTypes(parent)] : [parent];
    for (const owner of owners) {
      touched.add(owner.name);
      touched.add(`${owner.name}.${field}`);
    }
    if (!isObjectType(parent) && !isInterfaceType(parent)) return undefined;
    const definition = parent.getFields()[field];
    const type = definition && getNamedType(definition.type);
    if (type) touched.add(type.name);
    return type;
  }
}
