import { Kind, OperationTypeNode, type SelectionSetNode } from 'graphql';
import { Fault } from '../../platform/errors.ts';
import type { SelectedOperation } from './selected-operation.ts';

/** Root fields that take part in the rush. */
const PURCHASES = new Set(['purchase', 'checkoutWishlist']);

/**
 * One request, one purchase: otherwise a hundred aliases in one operation are a hundred places in the queue.
 *
 * @throws {Fault} OPERATION_TOO_COMPLEX
 */
export function assertSinglePurchase({ definition, fragments }: SelectedOperation): void {
  if (definition.operation !== OperationTypeNode.MUTATION) return;
  // Selections under one response name are one field to whoever executes them.
  const purchases = new Set<string>();
  const walkedFragments = new Set<string>();
  walk(definition.selectionSet);
  if (purchases.size > 1) {
    throw new Fault('OPERATION_TOO_COMPLEX', 'An operation may ask for one purchase only.');
  }

  function walk(selectionSet: SelectionSetNode): void {
    for (const selection of selectionSet.selections) {
      switch (selection.kind) {
        case Kind.FIELD:
          if (PURCHASES.has(selection.name.value)) purchases.add((selection.alias ?? selection.name).value);
          break;
        case Kind.INLINE_FRAGMENT:
          walk(selection.selectionSet);
          break;
        case Kind.FRAGMENT_SPREAD: {
          const name = selection.name.value;
          const fragment = fragments.get(name);
          if (!fragment || walkedFragments.has(name)) break;
          walkedFragments.add(name);
          walk(fragment.selectionSet);
          break;
        }
      }
    }
  }
}
