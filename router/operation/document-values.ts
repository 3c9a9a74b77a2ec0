import {
  getNamedType,
  GraphQLFloat,
  GraphQLInt,
  isEnumType,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  BREAK,
  OperationTypeNode,
  Kind,
  type DocumentNode,
  type GraphQLInputType,
  type GraphQLSchema,
} from 'graphql';

/**
 * Whether the text of a document may hold a value of a person: a string, or a number where the schema has none (an id, a
 * scalar of its own). Enum values of the schema, `true`, `false`, `null`, and numbers for `Int` and `Float`, such as the length
 * of a list, are of the program. Comments are text of any kind. Names (aliases, operations, variables) are identifiers of the
 * program that sends the document.
 *
 * @param document all of it, not only the operation that is executed: it is kept and named as a whole
 * @param source of the document
 */
export function holdsValues(schema: GraphQLSchema, document: DocumentNode, source: string): boolean {
  // A number sign begins a comment, or is inside of a string.
  if (source.includes('#')) return true;
  const types = new TypeInfo(schema);
  let found = false;
  const stop = () => {
    found = true;
    return BREAK;
  };
  const unless = (harmless: (type: GraphQLInputType | null | undefined) => boolean) => () =>
    harmless(types.getInputType()) ? undefined : stop();
  visit(
    document,
    visitWithTypeInfo(types, {
      StringValue: stop,
      IntValue: unless(isNumber),
      FloatValue: unless(isNumber),
      EnumValue: unless((type) => isEnumType(getNamedType(type))),
    }),
  );
  return found;
}

/** Whether a document has queries only, which change nothing when they are sent again. */
export const isReadOnly = ({ definitions }: DocumentNode): boolean =>
  definitions.every(
    (definition) =>
      definition.kind !== Kind.OPERATION_DEFINITION || definition.operation === OperationTypeNode.QUERY,
  );

const NUMBERS: ReadonlySet<string> = new Set([GraphQLInt.name, GraphQLFloat.name]);

function isNumber(type: GraphQLInputType | null | undefined): boolean {
  const named: { readonly name: string } | undefined = getNamedType(type);
  return named !== undefined && NUMBERS.has(named.name);
}
