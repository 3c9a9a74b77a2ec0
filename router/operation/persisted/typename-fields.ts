import { Kind, print, visit, type DocumentNode, type FieldNode, type SelectionNode } from 'graphql';

/**
 * Clients with a normalised cache (Apollo Client, urql) add `__typename` to each selection set, other than that of the operation, when they
 * send a document: after the tool that wrote the manifest has read it.
 */

const TYPENAME: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

/** Without alias and directives, as clients add it. */
const isAdded = (selection: SelectionNode): boolean =>
  selection.kind === Kind.FIELD &&
  selection.name.value === '__typename' &&
  !selection.alias &&
  !selection.directives?.length;

/** @returns the document with `__typename` in every selection set, as Apollo Client adds it */
export function withTypenames(document: DocumentNode, { alsoAtRoot }: { alsoAtRoot: boolean }): DocumentNode {
  return visit(document, {
    SelectionSet(set, _key, parent) {
      const isRoot = !!parent && 'kind' in parent && parent.kind === Kind.OPERATION_DEFINITION;
      if (isRoot && !alsoAtRoot) return;
      const isComplete = set.selections.some(
        (one) => one.kind === Kind.FIELD && one.name.value.startsWith('__') && !one.alias,
      );
      return isComplete ? undefined : { ...set, selections: [...set.selections, TYPENAME] };
    },
  });
}

/** @returns the text of the document without what clients may have added: the same for documents that differ in that alone */
export const printWithoutTypenames = (document: DocumentNode): string =>
  print(
    visit(document, {
      SelectionSet(set) {
        const selections = set.selections.filter((one) => !isAdded(one));
        return selections.length === 0 ? undefined : { ...set, selections };
      },
    }),
  );

/** How many there are that a client may have added. */
export function countTypenames(document: DocumentNode): { readonly all: number; readonly atRoot: number } {
  let all = 0;
  let atRoot = 0;
  visit(document, {
    SelectionSet(set, _key, parent) {
      const here = set.selections.filter(isAdded).length;
      all += here;
      if (parent && 'kind' in parent && parent.kind === Kind.OPERATION_DEFINITION) atRoot += here;
    },
  });
  return { all, atRoot };
}
