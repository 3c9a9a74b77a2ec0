import {
  isObjectType,
  Kind,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { Fault } from '../../platform/errors.ts';

/** What a request gives the variables of its operation. */
export type Variables = Readonly<Record<string, unknown>>;

/** The one operation of a document that a request wants to run. */
export interface SelectedOperation {
  readonly definition: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

/** @throws {Fault} BAD_REQUEST when it is not clear which operation is meant, or there is none of that name */
export function selectOperation(document: DocumentNode, operationName: string | null): SelectedOperation {
  const operations: OperationDefinitionNode[] = [];
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) operations.push(definition);
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  if (operations.length === 0) throw new Fault('BAD_REQUEST', 'The document has no operation.');
  if (operationName === null && operations.length > 1) {
    throw new Fault(
      'BAD_REQUEST',
      'The document has several operations: `operationName` must name one of them.',
    );
  }
  const definition =
    operationName === null ? operations[0] : operations.find(({ name }) => name?.value === operationName);
  if (!definition)
    throw new Fault('BAD_REQUEST', 'The document has no operation of the name in `operationName`.');
  return { definition, fragments };
}

/** The document of this operation alone, so that nothing downstream has to choose again. */
export const documentOf = ({ definition, fragments }: SelectedOperation): DocumentNode => ({
  kind: Kind.DOCUMENT,
  definitions: [definition, ...fragments.values()],
});

/** @throws {Fault} BAD_REQUEST when the schema has no such kind of operation */
export function rootTypeOf(schema: GraphQLSchema, { operation }: OperationDefinitionNode): GraphQLObjectType {
  const type = schema.getRootType(operation);
  if (!isObjectType(type))
    throw new Fault('BAD_REQUEST', `There are no operations of the kind ${operation}.`);
  return type;
}
