import { Kind, OperationTypeNode, type OperationDefinitionNode, type SelectionSetNode } from 'graphql';
import type { ExecutionResult } from '../execution/compiled-operation.ts';
import type { Variables } from '../operation/selected-operation.ts';
import { isIncluded, withDefaults } from '../operation/included.ts';
import { responseName } from '../operation/walk-selections.ts';

/**
 * Whether a root field of a mutation has run, whatever became of the rest: it has a value, or something below it has failed, or a later
 * root field has (they are executed in order, and one that fails ends the execution).
 *
 * @param definition as the client wrote it, with fragments expanded
 */
export function hasMutated(
  definition: OperationDefinitionNode,
  given: Variables,
  { data, errors = [], received }: ExecutionResult,
): boolean {
  if (definition.operation !== OperationTypeNode.MUTATION) return false;
  if (hasValue(received ?? {}) || hasValue(data ?? {})) return true;
  if (errors.some(({ path }) => path && path.length > 1)) return true;
  const failed = new Set(errors.flatMap(({ path }) => path?.[0] ?? []));
  const first = firstField(definition.selectionSet, withDefaults(definition, given));
  return failed.size > 0 && first !== null && !failed.has(first);
}

/** @returns the response name of the root field that is executed first */
function firstField({ selections }: SelectionSetNode, variables: Variables): string | null {
  for (const selection of selections) {
    if (selection.kind === Kind.FRAGMENT_SPREAD || !isIncluded(selection, variables)) continue;
    if (selection.kind === Kind.FIELD && selection.name.value !== '__typename')
      return responseName(selection);
    const inner =
      selection.kind === Kind.INLINE_FRAGMENT ? firstField(selection.selectionSet, variables) : null;
    if (inner !== null) return inner;
  }
  return null;
}

const hasValue = (fields: object): boolean =>
  Object.values(fields).some((value: unknown) => value !== null && value !== undefined);
