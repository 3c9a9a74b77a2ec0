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
import { responseName } from './walk-selections.ts';

/**
 * The operation with each fragment spread replaced by an inline fragment, and without repeated selections. A field that is selected
 * again under the same response name, with equal arguments and directives, is merged into the selection before, as execution does
 * (CollectFields). Where another field of that response name was selected in between, what is new is selected where it stands. So the
 * response stays the same, its order included.
 *
 * Validation of overlapping fields and query planning take time by the square of what is repeated, and both are slow
 * with named fragments; after this step they take time by the number of different selections. Takes time by the number of fields after
 * expansion: call it after that number was limited.
 */
export function expandFragments({ definition, fragments }: SelectedOperation): SelectedOperation {
  const scope = new Scope(null, new Order());
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
  /** Of the last place at which it is selected. */
  selections: SelectionNode[];
}

/** Which field was selected last under a response name, of one object in the response, whatever fragment it is in. */
class Order {
  readonly last = new Map<string, MergedField>();
  readonly #below = new Map<string, Order>();

  below(name: string): Order {
    let order = this.#below.get(name);
    if (!order) this.#below.set(name, (order = new Order()));
    return order;
  }
}

/** What has been selected so far in one selection set, under one type condition and its directives. */
class Scope {
  readonly #type: string | null;
  readonly #order: Order;
  readonly #fields = new Map<string, MergedField | null>();
  readonly #conditions = new Map<string, Scope>();

  /** @param type the innermost type condition; null: that of the parent field, which the document does not name */
  constructor(type: string | null, order: Order) {
    this.#type = type;
    this.#order = order;
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
    const name = responseName(field);
    const scope = known?.scope ?? new Scope(null, this.#order.below(name));
    const selections = scope.add(field.selectionSet, fragments);
    if (known && this.#order.last.get(name) === known) {
      known.selections.push(...selections);
      return [];
    }
    if (known && selections.length === 0) return [];
    const merged = known ?? { scope, selections };
    merged.selections = selections;
    this.#fields.set(key, merged);
    this.#order.last.set(name, merged);
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
    if (!scope) this.#conditions.set(key, (scope = new Scope(type, this.#order)));
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
