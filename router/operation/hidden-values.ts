import {
  getNamedType,
  isCompositeType,
  Kind,
  type ConstDirectiveNode,
  type DocumentNode,
  type GraphQLCompositeType,
  type GraphQLError,
  type GraphQLNamedType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { rootTypeOf } from './selected-operation.ts';
import { linkedName } from './supergraph-links.ts';

/** Types of the clients' schema that a subgraph may answer with something which `@inaccessible` hides: an enum value, or a type of an abstract type. */
export type TypesWithHiddenValues = ReadonlySet<string>;

export function readTypesWithHiddenValues(supergraph: DocumentNode): TypesWithHiddenValues {
  const inaccessible = linkedName(supergraph, 'inaccessible');
  const isHidden = ({ directives }: { readonly directives?: readonly ConstDirectiveNode[] }): boolean =>
    directives?.some(({ name }) => name.value === inaccessible) ?? false;
  const types = new Set<string>();
  const hiddenObjects = new Set<string>();
  for (const definition of supergraph.definitions) {
    if (definition.kind === Kind.ENUM_TYPE_DEFINITION && definition.values?.some(isHidden))
      types.add(definition.name.value);
    if (definition.kind === Kind.OBJECT_TYPE_DEFINITION && isHidden(definition)) {
      hiddenObjects.add(definition.name.value);
      for (const { name } of definition.interfaces ?? []) types.add(name.value);
    }
  }
  for (const definition of supergraph.definitions)
    if (
      definition.kind === Kind.UNION_TYPE_DEFINITION &&
      definition.types?.some(({ name }) => hiddenObjects.has(name.value))
    )
      types.add(definition.name.value);
  return types;
}

/** What of an answer did not fit the clients' schema, and where it was found. */
export interface Completion {
  readonly schema: GraphQLSchema;
  readonly definition: OperationDefinitionNode;
  readonly data: unknown;
  readonly errors: readonly GraphQLError[];
}

/**
 * Without what is null because it is hidden: to a client, a hidden value in a place that may be null is null and no fault. Where more than the
 * place became null, the error stays.
 */
export function withoutHiddenValues(
  { schema, definition, data, errors }: Completion,
  types: TypesWithHiddenValues,
): readonly GraphQLError[] {
  if (types.size === 0) return errors;
  return errors.filter(({ path = [] }) => {
    const type = typeAt(schema, rootTypeOf(schema, definition), definition.selectionSet, path);
    return !type || !types.has(type.name) || !isNullAt(data, path);
  });
}

function isNullAt(data: unknown, path: readonly (string | number)[]): boolean {
  let value = data;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return false;
    value = (value as Readonly<Record<string | number, unknown>>)[step];
  }
  return value === null;
}

/** @returns undefined where the path is none of the operation */
function typeAt(
  schema: GraphQLSchema,
  parent: GraphQLCompositeType,
  selectionSet: SelectionSetNode,
  path: readonly (string | number)[],
): GraphQLNamedType | undefined {
  const [step, ...rest] = path.filter((one) => typeof one === 'string');
  for (const selection of selectionSet.selections) {
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      const narrowed = selection.typeCondition && schema.getType(selection.typeCondition.name.value);
      const type = isCompositeType(narrowed) ? narrowed : parent;
      const found = typeAt(schema, type, selection.selectionSet, path);
      if (found) return found;
    }
    if (selection.kind !== Kind.FIELD || (selection.alias ?? selection.name).value !== step) continue;
    const field = 'getFields' in parent ? parent.getFields()[selection.name.value] : undefined;
    const type = field && getNamedType(field.type);
    if (!type || rest.length === 0) return type;
    const found =
      isCompositeType(type) && selection.selectionSet && typeAt(schema, type, selection.selectionSet, rest);
    if (found) return found;
  }
  return undefined;
}
