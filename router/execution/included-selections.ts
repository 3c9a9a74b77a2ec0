import { Kind, type SelectionNode, type SelectionSetNode } from 'graphql';
import { responseName } from '../operation/walk-selections.ts';

/** What is selected, in the order of the operation. */
export type Selected = SelectedField | SelectedFragment;

export interface SelectedField {
  readonly kind: 'field';
  readonly name: string;
  readonly responseName: string;
  /** Of what is selected; null: of a leaf. */
  readonly below: readonly Selected[] | null;
}

export interface SelectedFragment {
  readonly kind: 'fragment';
  /** The type condition; null: none. */
  readonly type: string | null;
  readonly below: readonly Selected[];
}

/**
 * @param selectionSet with its fragments expanded
 * @param isIncluded whether `@skip` and `@include` leave it in
 */
export const includedSelections = (
  { selections }: SelectionSetNode,
  isIncluded: (node: SelectionNode) => boolean,
): readonly Selected[] =>
  selections.filter(isIncluded).flatMap((node): readonly Selected[] => {
    if (node.kind === Kind.FRAGMENT_SPREAD) return [];
    const below = node.selectionSet ? includedSelections(node.selectionSet, isIncluded) : null;
    if (node.kind === Kind.FIELD)
      return [{ kind: 'field', name: node.name.value, responseName: responseName(node), below }];
    return [{ kind: 'fragment', type: node.typeCondition?.name.value ?? null, below: below ?? [] }];
  });
