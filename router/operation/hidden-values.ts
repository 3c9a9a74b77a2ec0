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
} from 'graphql';
import { rootTypeOf } from './selected-operation.ts';
import { linkedName } from './supergraph-links.ts';
import { fieldOf, foldSelections, narrowTypes, responseName } from './walk-selections.ts';

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
    const type = typeAt(schema, definition, path);
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
  definition: OperationDefinitionNode,
  path: readonly (string | number)[],
): GraphQLNamedType | undefined {
  const names = path.filter((step) => typeof step === 'string');
  const narrow = narrowTypes(schema);
  const root = { parent: rootTypeOf(schema, definition), depth: 0 };
  return foldSelections<PathScope, GraphQLNamedType | undefined>(definition.selectionSet, new Map(), root, {
    narrow: ({ parent, depth }, typeCondition) => ({ parent: narrow(parent, typeCondition), depth }),
    field: (node, { parent, depth }, below) => {
      if (responseName(node) !== names[depth]) return undefined;
      const field = fieldOf(parent, node.name.value);
      const type = field && getNamedType(field.type);
      if (depth === names.length - 1) return type;
      return isCompositeType(type) ? below({ parent: type, depth: depth + 1 }) : undefined;
    },
    join: (types) => types.find((type) => type !== undefined),
  });
}

interface PathScope {
  readonly parent: GraphQLCompositeType;
  readonly depth: number;
}
