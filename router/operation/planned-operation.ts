import {
  Kind,
  OperationTypeNode,
  parse,
  visit,
  type DocumentNode,
  type FieldNode,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { AnswerNames, RenamedBelow } from './answer-names.ts';
import { isIntrospectionField } from './introspection-part.ts';
import { documentOf, selectOperation, type SelectedOperation, type Variables } from './selected-operation.ts';
import { responseName, visitSelections } from './walk-selections.ts';

/** An operation as the planner gets it, and how its answer becomes the client's. */
export interface PlannedOperation {
  readonly definition: OperationDefinitionNode;
  /** The same object for every request, so that more can be kept beside it. */
  readonly document: DocumentNode;
  /** Names the document and the operation in it. */
  readonly hash: string;
  /** Names in the answer that are not the client's; null: all of them are. */
  readonly names: AnswerNames | null;
  /** Variables as the document names them; null: they have the client's names. */
  readonly variables: ((given: Variables) => Variables) | null;
}

/** The planner passes the entities that it reads by this variable, beside the client's variables. */
const ENTITIES_VARIABLE = 'representations';

/**
 * The planner adds fields (`addedFields`) and one variable of its own to what it sends, and does not know all of introspection.
 * What a client calls by a name of these is renamed for planning. A new name is no other name of the document, so that equal response
 * names stay equal, different ones stay different, and the way back is the same everywhere. In the place of introspection stands a
 * `__typename` of the same response name, which keeps the order of the answer.
 *
 * @param selected with its fragments expanded
 * @param addedFields `readAddedFields`
 */
export function planOperation(
  selected: SelectedOperation,
  hash: string,
  addedFields: ReadonlySet<string>,
): PlannedOperation {
  const renaming = new Renaming(selected.definition.selectionSet, addedFields);
  const isQuery = selected.definition.operation === OperationTypeNode.QUERY;
  const { selectionSet, below } = renaming.rename(selected.definition.selectionSet, isQuery);
  const definition: OperationDefinitionNode =
    selectionSet === selected.definition.selectionSet
      ? selected.definition
      : { ...selected.definition, selectionSet };
  const names = renaming.names.size === 0 ? null : { names: renaming.names, below };
  const plain = {
    definition,
    document: documentOf({ ...selected, definition }),
    hash,
    names,
    variables: null,
  };
  return hasVariable(definition, ENTITIES_VARIABLE) ? withRenamedVariable(plain) : plain;
}

/** An operation that this process itself has written, by names that the planner does not use. */
export function ownOperation(source: string, hash: string): PlannedOperation {
  const document = parse(source, { noLocation: true });
  const { definition } = selectOperation(document, null);
  return { document, definition, hash, names: null, variables: null };
}

class Renaming {
  /** Names in the plan, with the client's. */
  readonly names = new Map<string, string>();
  readonly #fresh = new Map<string, string>();
  readonly #addedFields: ReadonlySet<string>;
  readonly #taken: Set<string>;

  constructor(selectionSet: SelectionSetNode, addedFields: ReadonlySet<string>) {
    this.#addedFields = addedFields;
    this.#taken = new Set(addedFields);
    visitSelections(selectionSet, new Map(), undefined, {
      field: (node, _scope, below) => {
        this.#taken.add(responseName(node)).add(node.name.value);
        below(undefined);
      },
    });
  }

  /** @returns the same object where nothing in it is renamed */
  rename(selectionSet: SelectionSetNode, isQueryRoot: boolean): Renamed {
    const below = new Map<string, RenamedBelow>();
    let isSame = true;
    const selections = selectionSet.selections.map((selection) => {
      const renamed = this.#renameSelection(selection, isQueryRoot, below);
      isSame &&= renamed === selection;
      return renamed;
    });
    return { selectionSet: isSame ? selectionSet : { ...selectionSet, selections }, below };
  }

  #renameSelection(
    selection: SelectionNode,
    isQueryRoot: boolean,
    below: Map<string, RenamedBelow>,
  ): SelectionNode {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return selection;
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      const inner = this.rename(selection.selectionSet, isQueryRoot);
      merge(below, inner.below);
      return inner.selectionSet === selection.selectionSet
        ? selection
        : { ...selection, selectionSet: inner.selectionSet };
    }
    const name = this.#nameOf(selection);
    if (isQueryRoot && isIntrospectionField(selection)) return placeholder(selection, name);
    const inner = selection.selectionSet && this.rename(selection.selectionSet, false);
    const isAsBefore = name === responseName(selection);
    if (inner && inner.selectionSet !== selection.selectionSet) merge(below, new Map([[name, inner.below]]));
    if (isAsBefore && inner?.selectionSet === selection.selectionSet) return selection;
    return {
      ...selection,
      ...(isAsBefore ? {} : { alias: { kind: Kind.NAME, value: name } }),
      ...(inner ? { selectionSet: inner.selectionSet } : {}),
    };
  }

  /** The response name in the plan. */
  #nameOf(field: FieldNode): string {
    const name = responseName(field);
    if (!this.#addedFields.has(name) || isPlain(field, name)) return name;
    let fresh = this.#fresh.get(name);
    if (fresh === undefined) {
      for (fresh = `${name}_`; this.#taken.has(fresh);) fresh += '_';
      this.#taken.add(fresh);
      this.#fresh.set(name, fresh);
      this.names.set(fresh, name);
    }
    return fresh;
  }
}

interface Renamed {
  readonly selectionSet: SelectionSetNode;
  readonly below: RenamedBelow;
}

/** The field that the planner would add. */
const isPlain = (field: FieldNode, name: string): boolean =>
  field.name.value === name && (field.arguments ?? []).length === 0;

const placeholder = ({ directives }: FieldNode, name: string): FieldNode => ({
  kind: Kind.FIELD,
  alias: { kind: Kind.NAME, value: name },
  name: { kind: Kind.NAME, value: '__typename' },
  ...(directives ? { directives } : {}),
});

function merge(into: Map<string, RenamedBelow>, from: RenamedBelow): void {
  for (const [name, below] of from) {
    const merged = new Map(into.get(name));
    merge(merged, below);
    into.set(name, merged);
  }
}

const hasVariable = ({ variableDefinitions = [] }: OperationDefinitionNode, name: string): boolean =>
  variableDefinitions.some(({ variable }) => variable.name.value === name);

function withRenamedVariable(planned: PlannedOperation): PlannedOperation {
  const taken = new Set(planned.definition.variableDefinitions?.map(({ variable }) => variable.name.value));
  let fresh = `${ENTITIES_VARIABLE}_`;
  while (taken.has(fresh)) fresh += '_';
  const definition = visit(planned.definition, {
    Variable: (node) =>
      node.name.value === ENTITIES_VARIABLE ? { ...node, name: { ...node.name, value: fresh } } : undefined,
  });
  return {
    ...planned,
    definition,
    document: documentOf({ definition, fragments: new Map() }),
    variables: ({ [ENTITIES_VARIABLE]: entities, ...others }) =>
      entities === undefined ? others : { ...others, [fresh]: entities },
  };
}
