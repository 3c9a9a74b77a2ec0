import {
  Kind,
  print,
  type DirectiveNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type InlineFragmentNode,
  type NamedTypeNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { SelectedOperation } from './selected-operation.ts';

/**
 * The operation with each fragment spread replaced by an inline fragment, and without repeated selections. A field that is selected
 * again under the same response name, with equal arguments and directives, is merged into its first selection, as execution does
 * (CollectFields), so the response stays the same, its order included.
 *
 * Validation of overlapping fields and query planning take time by the square of what is repeated, and both are slow
 * with named fragments; after this step they take time by the number of different selections. Takes time by the number of fields after
 * expansion: call it after that number was limited.
 */
export function expandFragments({ definition, fragments }: SelectedOperation): SelectedOperation {
  const scope = new Scope(null);
  const selections = scope.add(definition.selectionSet, fragments);
  return {
    definition: { ...definition, selectionSet: selectionSetOf(selections) },
    fragments: new Map(),
  };
}

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

/** A field in the result; its selections grow while later selections of the same field are merged into it. */
interface MergedField {
  readonly scope: Scope;
  readonly selections: SelectionNode[];
}

/** What has been selected so far in one selection set, under one type condition and its directives. */
class Scope {
  readonly #type: string | null;
  readonly #fields = new Map<string, MergedField | null>();
  readonly #conditions = new Map<string, Scope>();

  /** @param type the innermost type condition; null: that of the parent field, which the document does not name */
  constructor(type: string | null) {
    this.#type = type;
  }

  /** @returns the selections that were not there yet */
  add(selectionSet: SelectionSetNode, fragments: Fragments): SelectionNode[] {
    return selectionSet.selections.flatMap((selection): readonly SelectionNode[] => {
      switch (selection.kind) {
        case Kind.FIELD:
          return this.#addField(selection, fragments);
        case Kind.INLINE_FRAGMENT:
          return this.#addCondition(selection, selection, fragments);
        case Kind.FRAGMENT_SPREAD: {
          const fragment = fragments.get(selection.name.value);
          return fragment ? this.#addCondition(fragment, selection, fragments) : [];
        }
      }
    });
  }

  #addField(field: FieldNode, fragments: Fragments): readonly FieldNode[] {
    const key = keyOf(field);
    const known = this.#fields.get(key);
    if (!field.selectionSet) {
      if (known !== undefined) return [];
      this.#fields.set(key, null);
      return [field];
    }
    if (known) {
      known.selections.push(...known.scope.add(field.selectionSet, fragments));
      return [];
    }
    const scope = new Scope(null);
    const selections = scope.add(field.selectionSet, fragments);
    this.#fields.set(key, { scope, selections });
    return [{ ...field, selectionSet: selectionSetOf(selections) }];
  }

  #addCondition(
    { typeCondition, selectionSet }: Conditional,
    { directives = [], loc }: Pick<InlineFragmentNode, 'directives' | 'loc'>,
    fragments: Fragments,
  ): readonly SelectionNode[] {
    const type = typeCondition?.name.value ?? this.#type;
    if (directives.length === 0 && type === this.#type) return this.add(selectionSet, fragments);
    const key = `${type ?? ''} ${directives.map(print).join(' ')}`;
    let scope = this.#conditions.get(key);
    if (!scope) this.#conditions.set(key, (scope = new Scope(type)));
    const selections = scope.add(selectionSet, fragments);
    if (selections.length === 0) return [];
    return [
      {
        kind: Kind.INLINE_FRAGMENT,
        ...(typeCondition ? { typeCondition } : {}),
        directives,
        selectionSet: selectionSetOf(selections),
        ...(loc ? { loc } : {}),
      },
    ];
  }
}

interface Conditional {
  readonly typeCondition?: NamedTypeNode | undefined;
  readonly selectionSet: SelectionSetNode;
}

/** Not copied: selections that are merged later are still to come. */
const selectionSetOf = (selections: readonly SelectionNode[]): SelectionSetNode => ({
  kind: Kind.SELECTION_SET,
  selections,
});

/** Equal for fields that are merged in a response: the separator is in no name, and `print` ends what it writes. */
function keyOf({ alias, name, arguments: given = [], directives = [] }: FieldNode): string {
  const plain = `${alias?.value ?? ''}:${name.value}`;
  if (given.length === 0 && directives.length === 0) return plain;
  return [plain, ...given.map(print), ...directives.map((one: DirectiveNode) => print(one))].join('\n');
}
