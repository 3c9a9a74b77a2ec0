import { OperationTypeNode } from 'graphql';
import { Fault } from '../../platform/errors.ts';
import { rootFieldsOf } from '../operation/root-fields.ts';
import type { SelectedOperation } from '../operation/selected-operation.ts';

/**
 * One request, one purchase: otherwise a hundred aliases in one operation would take a hundred places in the queue.
 *
 * @param purchases the names of the mutations that count (`SINGLE_MUTATIONS`)
 * @throws {Fault} OPERATION_TOO_COMPLEX
 */
export function assertSinglePurchase(selected: SelectedOperation, purchases: ReadonlySet<string>): void {
  if (selected.definition.operation !== OperationTypeNode.MUTATION) return;
  const counted = [...rootFieldsOf(selected).values()].filter((field) => purchases.has(field));
  if (counted.length > 1) {
    throw new Fault('OPERATION_TOO_COMPLEX', 'An operation may ask for one purchase only.');
  }
}
