import {
  defaultFieldResolver,
  getNamedType,
  GraphQLID,
  isLeafType,
  isObjectType,
  Kind,
  type DocumentNode,
  type GraphQLLeafType,
  type GraphQLNamedType,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import { Fault } from '../errors.ts';
import { isRecord } from '../is-record.ts';
import { parseFieldSet } from './field-set.ts';

/** The key fields of each entity type; a type may have several keys. */
type Keys = ReadonlyMap<string, readonly SelectionSetNode[]>;

/**
 * A representation of an entity has a type that is an entity of this subgraph, and a whole key of it, whose values fit. Any other is the
 * caller's mistake: BAD_REQUEST with status 400, before a resolver meets it.
 *
 * @param typeDefs of the subgraph, with the `@key` of its entities
 */
export function checkRepresentations(schema: GraphQLSchema, typeDefs: DocumentNode): void {
  const field = schema.getQueryType()?.getFields()['_entities'];
  if (!field) return;
  const keys = keysIn(typeDefs);
  const resolve = field.resolve ?? defaultFieldResolver;
  field.resolve = (
    parent,
    given: { readonly representations: readonly unknown[] },
    context,
    info,
  ): unknown => {
    for (const representation of given.representations)
      if (!isEntity(schema, keys, representation))
        throw new Fault(
          'BAD_REQUEST',
          'A representation must have the `__typename` of an entity of this subgraph, and one of its keys.',
          { http: { status: 400 } },
        );
    return resolve(parent, given, context, info);
  };
}

function keysIn({ definitions }: DocumentNode): Keys {
  const keys = new Map<string, SelectionSetNode[]>();
  for (const definition of definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.OBJECT_TYPE_EXTENSION)
      continue;
    for (const { name, arguments: given = [] } of definition.directives ?? []) {
      const fields = given.find((argument) => argument.name.value === 'fields')?.value;
      if (name.value !== 'key' || fields?.kind !== Kind.STRING) continue;
      const key = parseFieldSet(fields.value);
      keys.set(definition.name.value, [...(keys.get(definition.name.value) ?? []), key]);
    }
  }
  return keys;
}

function isEntity(schema: GraphQLSchema, keys: Keys, value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { __typename: name } = value;
  if (typeof name !== 'string') return false;
  return keys.get(name)?.some((key) => hasFields(value, schema.getType(name), key)) ?? false;
}

function hasFields(
  value: Readonly<Record<string, unknown>>,
  type: GraphQLNamedType | undefined,
  { selections }: SelectionSetNode,
): boolean {
  if (!isObjectType(type)) return false;
  return selections.every((selection) => {
    if (selection.kind !== Kind.FIELD) return false;
    const name = selection.name.value;
    const field = type.getFields()[name];
    const inner = Object.hasOwn(value, name) ? value[name] : undefined;
    if (!field || inner === undefined) return false;
    const named = getNamedType(field.type);
    // A list in a key has elements of many kinds; its resolver distinguishes them.
    if (Array.isArray(inner)) return true;
    if (selection.selectionSet) return isRecord(inner) && hasFields(inner, named, selection.selectionSet);
    return isLeafType(named) && fits(named, inner);
  });
}

/** An ID is a string between subgraphs: what a client may write as a number arrives as a string. */
function fits(type: GraphQLLeafType, value: unknown): boolean {
  if (value === null) return false;
  if (type.name === GraphQLID.name) return typeof value === 'string';
  try {
    return type.parseValue(value) !== undefined;
  } catch {
    return false;
  }
}
