import {
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  type FieldNode,
  type FragmentDefinitionNode,
  type FragmentSpreadNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  type InlineFragmentNode,
  type SelectionSetNode,
} from 'graphql';

export type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

/**
 * What a walk makes of the selections of an operation.
 *
 * `Scope` is what a selection set is read by, handed down: the type that it is selected on, for example. `Value` is what comes of it, handed up.
 */
export interface SelectionFold<Scope, Value> {
  /** The scope inside of `... on Type`; left out: the scope around it. */
  readonly narrow?: (scope: Scope, typeCondition: string) => Scope;
  /** @param below walks what is selected of the field; for a field without a selection set it is `join` of nothing */
  readonly field: (node: FieldNode, scope: Scope, below: (scope: Scope) => Value) => Value;
  /** The value of an inline fragment or fragment spread; left out: that of its selection set. */
  readonly fragment?: (node: InlineFragmentNode | FragmentSpreadNode, value: Value) => Value;
  /** The value of a selection set, of the values of its selections in their order. */
  readonly join: (values: readonly Value[]) => Value;
}

/**
 * Walks a selection set through inline fragments and fragment spreads. A fragment is walked once in each scope, and its value is used wherever
 * it is spread, so that fragments which spread each other many times over cost no more than their text.
 */
export function foldSelections<Scope, Value>(
  selectionSet: SelectionSetNode,
  fragments: Fragments,
  scope: Scope,
  {
    narrow = (around) => around,
    field,
    fragment = (_node, value) => value,
    join,
  }: SelectionFold<Scope, Value>,
): Value {
  const known = new Map<string, Map<Scope, Value>>();
  return valueOf(selectionSet, scope);

  function valueOf(set: SelectionSetNode, inside: Scope): Value {
    return join(
      set.selections.map((selection) => {
        switch (selection.kind) {
          case Kind.FIELD:
            return field(selection, inside, (below) =>
              selection.selectionSet ? valueOf(selection.selectionSet, below) : join([]),
            );
          case Kind.INLINE_FRAGMENT: {
            const type = selection.typeCondition?.name.value;
            const narrowed = type === undefined ? inside : narrow(inside, type);
            return fragment(selection, valueOf(selection.selectionSet, narrowed));
          }
          case Kind.FRAGMENT_SPREAD:
            return fragment(selection, ofFragment(selection.name.value, inside));
        }
      }),
    );
  }

  function ofFragment(name: string, inside: Scope): Value {
    const definition = fragments.get(name);
    if (!definition) return join([]);
    const narrowed = narrow(inside, definition.typeCondition.name.value);
    const ofName = known.get(name) ?? new Map<Scope, Value>();
    known.set(name, ofName);
    const before = ofName.get(narrowed);
    if (before !== undefined || ofName.has(narrowed)) return before as Value;
    // A fragment that spreads itself, which no valid document has, ends here.
    ofName.set(narrowed, join([]));
    const value = valueOf(definition.selectionSet, narrowed);
    ofName.set(narrowed, value);
    return value;
  }
}

/** As `foldSelections`, for walks that collect what they find. */
export const visitSelections = <Scope>(
  selectionSet: SelectionSetNode,
  fragments: Fragments,
  scope: Scope,
  visitor: Pick<SelectionFold<Scope, void>, 'narrow' | 'field'>,
): void => foldSelections(selectionSet, fragments, scope, { ...visitor, join: () => undefined });

/** The scope of walks that go by types: a type condition that names no type with fields changes nothing. */
export const narrowTypes =
  (schema: GraphQLSchema) =>
  (parent: GraphQLCompositeType, typeCondition: string): GraphQLCompositeType => {
    const type = schema.getType(typeCondition);
    return isCompositeType(type) ? type : parent;
  };

/** @returns undefined for a field that the type does not have, such as `__typename` */
export const fieldOf = (
  parent: GraphQLCompositeType,
  name: string,
): GraphQLField<unknown, unknown> | undefined =>
  isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined;

/** What the client calls the field in the response. */
export const responseName = ({ alias, name }: FieldNode): string => (alias ?? name).value;
