import {
  Kind,
  OverlappingFieldsCanBeMergedRule,
  validate,
  type GraphQLError,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import { Fault } from '../../platform/errors.ts';
import { documentOf, type SelectedOperation } from './selected-operation.ts';
import { responseName } from './walk-selections.ts';

/** Pairs of fields that validation compares, at the most; each takes about a microsecond. */
const MAX_PAIRS = 5_000;

/** More are of no use to a reader, and cost time. */
const MAX_ERRORS = 5;

/**
 * "Field Selection Merging" of the specification, for the operation after its fragments were expanded: graphql-js compares all
 * fields of one response name with each other, and all named fragments with each other, so this rule alone took up to 200 ms
 * for a document of 1,000 tokens.
 *
 * @throws {Fault} OPERATION_TOO_COMPLEX when so many fields have one response name that the comparison would take too long
 */
export function overlappingFields(
  schema: GraphQLSchema,
  expanded: SelectedOperation,
): readonly GraphQLError[] {
  if (pairsIn(expanded.definition.selectionSet) > MAX_PAIRS) {
    throw new Fault('OPERATION_TOO_COMPLEX', 'The operation selects the same response name too often.');
  }
  return validate(schema, documentOf(expanded), [OverlappingFieldsCanBeMergedRule], {
    maxErrors: MAX_ERRORS,
  });
}

/** @returns how many pairs of fields have one response name in one selection set, inline fragments included */
function pairsIn(selectionSet: SelectionSetNode): number {
  const counts = new Map<string, number>();
  let pairs = 0;
  walk(selectionSet);
  return pairs;

  function walk({ selections }: SelectionSetNode): void {
    for (const selection of selections) {
      if (selection.kind === Kind.INLINE_FRAGMENT) walk(selection.selectionSet);
      if (selection.kind !== Kind.FIELD) continue;
      const name = responseName(selection);
      const before = counts.get(name) ?? 0;
      counts.set(name, before + 1);
      pairs += before + (selection.selectionSet ? pairsIn(selection.selectionSet) : 0);
    }
  }
}
