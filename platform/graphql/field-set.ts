import { Kind, parse, type SelectionSetNode } from 'graphql';

/**
 * A set of fields as `@key` and `@requires` write it: selections without the braces around them.
 *
 * @throws {GraphQLError} when it is none
 */
export function parseFieldSet(text: string): SelectionSetNode {
  const [operation] = parse(`{ ${text} }`, { noLocation: true }).definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('A set of fields holds fields only.');
  return operation.selectionSet;
}
