import { OperationTypeNode } from 'graphql';
import { Fault } from '../../platform/errors.ts';
import { rootFieldsOf } from './root-fields.ts';
import type { SelectedOperation } from './selected-operation.ts';

/** Root fields that take part in the rush. */
const PURCHASES = new Set(['purchase', 'checkoutWishlist']);

/**
 * One request, one purchase: otherwise a hundred aliases in one operation are a hundred places in the queue.
 *
 * @throws {Fault} OPERATION_TOO_COMPLEX
 */
export function assertSinglePurchase(selected: SelectedOperation): void {
  if (selected.definition.operation !== OperationTypeNode.MUTATION) return;
  const purchases = [...rootFieldsOf(selected).values()].filter((field) => PURCHASES.has(field));
  if (purchases.length > 1) {
    throw new Fault('OPERATION_TOO_COMPLEX', 'An operation may ask for one purchase only.');
  }
}
