import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  Kind,
  print,
  type DirectiveNode,
  type DocumentNode,
  type GraphQLCompositeType,
  type GraphQLObjectType,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import { Fault } from '../../platform/errors.ts';
import { parseFieldSet } from '../../platform/graphql/field-set.ts';
import { rootTypeOf, type SelectedOperation } from './selected-operation.ts';
import { argumentOf, linkedName } from './supergraph-links.ts';
import { fieldOf, narrowTypes, responseName, visitSelections } from './walk-selections.ts';

/** By `Type.field`, what its `@requires` reads with arguments: by the path of each field, the arguments as they are written. */
export type Requirements = ReadonlyMap<string, ReadonlyMap<string, string>>;

export function readRequirements(supergraph: DocumentNode): Requirements {
  const joinField = `${linkedName(supergraph, 'join')}__field`;
  const requirements = new Map<string, Map<string, string>>();
  for (const definition of supergraph.definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) continue;
    for (const { name, directives = [] } of definition.fields ?? []) {
      const required = new Map<string, string>();
      for (const directive of directives) {
        if (directive.name.value === joinField) collect(fieldsWithArguments(directive), '', required);
      }
      if (required.size > 0) requirements.set(`${definition.name.value}.${name.value}`, required);
    }
  }
  return requirements;
}

function fieldsWithArguments(directive: DirectiveNode): SelectionSetNode | undefined {
  const required = argumentOf(directive, 'requires');
  return required?.includes('(') ? parseFieldSet(required) : undefined;
}

function collect(selectionSet: SelectionSetNode | undefined, path: string, into: Map<string, string>): void {
  for (const selection of selectionSet?.selections ?? []) {
    if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet, path, into);
    if (selection.kind !== Kind.FIELD) continue;
    const here = `${path}.${selection.name.value}`;
    if (selection.arguments?.length) into.set(here, selection.arguments.map(print).join(', '));
    collect(selection.selectionSet, here, into);
  }
}

interface Part {
  readonly parent: GraphQLCompositeType;
  readonly selectionSet: SelectionSetNode;
}

/**
 * An entity has one value by each name when it is sent to a subgraph. The planner sends it once for two fields whose `@requires` read one
 * field with different arguments, and one of them gets the value that is the other's.
 *
 * @param selected with its fragments expanded
 * @throws {Fault} BAD_REQUEST that names both fields
 */
export function assertRequirements(
  schema: GraphQLSchema,
  { definition, fragments }: SelectedOperation,
  requirements: Requirements,
): void {
  if (requirements.size === 0) return;
  walk([{ parent: rootTypeOf(schema, definition), selectionSet: definition.selectionSet }]);

  /** @param parts all that is selected at one place of the answer */
  function walk(parts: readonly Part[]): void {
    const seen = new Map<string, { readonly given: string; readonly field: string }>();
    const below = new Map<string, Part[]>();
    for (const { parent, selectionSet } of parts)
      visitSelections(selectionSet, fragments, parent, {
        narrow: narrowTypes(schema),
        field: (node, owner) => {
          for (const object of objectsOf(owner)) check(object.name, node.name.value, seen);
          const field = fieldOf(owner, node.name.value);
          const type = field && getNamedType(field.type);
          if (!node.selectionSet || !isCompositeType(type)) return;
          const name = responseName(node);
          below.set(name, [...(below.get(name) ?? []), { parent: type, selectionSet: node.selectionSet }]);
        },
      });
    for (const inner of below.values()) walk(inner);
  }

  function check(
    owner: string,
    field: string,
    seen: Map<string, { readonly given: string; readonly field: string }>,
  ): void {
    for (const [path, given] of requirements.get(`${owner}.${field}`) ?? []) {
      const key = `${owner}${path}`;
      const other = seen.get(key);
      if (other && other.given !== given)
        throw new Fault(
          'BAD_REQUEST',
          `${other.field} and ${field} of ${owner} cannot be planned together: they need one field with different arguments. Select them in two operations.`,
        );
      seen.set(key, { given, field });
    }
  }

  function objectsOf(type: GraphQLCompositeType): readonly GraphQLObjectType[] {
    return isAbstractType(type) ? schema.getPossibleTypes(type) : [type];
  }
}
