import {
  Kind,
  print,
  type DirectiveNode,
  type FieldNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { responseName } from '../operation/walk-selections.ts';

/** What is selected, in the order of the answer. */
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
 * Selections of one response name, or one type condition, and the same directives become one, at the place of the first of them. That is
 * the order in which the planner's own library reads an operation, and so that of its answers.
 *
 * @param selectionSet with its fragments expanded
 * @param isIncluded whether `@skip` and `@include` leave it in
 */
export const mergedSelections = (
  { selections }: SelectionSetNode,
  isIncluded: (node: SelectionNode) => boolean,
): readonly Selected[] => merged(selections, isIncluded);

function merged(
  selections: readonly SelectionNode[],
  isIncluded: (node: SelectionNode) => boolean,
): readonly Selected[] {
  const groups = new Map<string, SelectionNode[]>();
  for (const selection of selections) {
    if (!isIncluded(selection)) continue;
    const key = keyOf(selection);
    const group = groups.get(key);
    if (group) group.push(selection);
    else groups.set(key, [selection]);
  }
  return [...groups.values()].flatMap((group): readonly Selected[] => {
    const [first] = group;
    const below = () => merged(group.flatMap(selectionsIn), isIncluded);
    switch (first?.kind) {
      case Kind.FIELD:
        return [selectedField(first, first.selectionSet ? below() : null)];
      case Kind.INLINE_FRAGMENT:
        return [{ kind: 'fragment', type: first.typeCondition?.name.value ?? null, below: below() }];
      default:
        return [];
    }
  });
}

const selectedField = (node: FieldNode, below: readonly Selected[] | null): SelectedField => ({
  kind: 'field',
  name: node.name.value,
  responseName: responseName(node),
  below,
});

const selectionsIn = (node: SelectionNode): readonly SelectionNode[] =>
  node.kind === Kind.FRAGMENT_SPREAD ? [] : (node.selectionSet?.selections ?? []);

function keyOf(node: SelectionNode): string {
  const directives = (node.directives ?? []).map(keyOfDirective).join(' ');
  if (node.kind === Kind.FIELD) return `${responseName(node)}${directives}`;
  const type = node.kind === Kind.INLINE_FRAGMENT ? (node.typeCondition?.name.value ?? '') : node.name.value;
  return `... ${type}${directives}`;
}

const keyOfDirective = ({ name, arguments: given = [] }: DirectiveNode): string =>
  `@${name.value}(${given
    .map((argument) => print(argument))
    .sort()
    .join()})`;
