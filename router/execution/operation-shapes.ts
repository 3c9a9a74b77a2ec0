import { Kind, visit, type GraphQLSchema, type OperationDefinitionNode } from 'graphql';
import { isIncluded, withDefaults } from '../operation/included.ts';
import { rootTypeOf, type Variables } from '../operation/selected-operation.ts';
import { compileShape, type CompositeNames } from './compile-shape.ts';
import type { Completer } from './completion.ts';
import { includedSelections, type Selected } from './included-selections.ts';

/** Shapes that are kept of one operation: it may have a condition at each field, and clients choose which of them hold. */
const KEPT = 4;

const NO_CONDITIONS: Variables = {};

/** The shapes of the answers to one operation, one for the values of the variables in its `@skip` and `@include`. */
export class OperationShapes {
  readonly #schema: GraphQLSchema;
  readonly #names: CompositeNames;
  readonly #definition: OperationDefinitionNode;
  readonly #conditions: readonly string[];
  readonly #kept = new Map<string, Completer>();
  #only: Completer | null = null;

  constructor(schema: GraphQLSchema, names: CompositeNames, definition: OperationDefinitionNode) {
    this.#schema = schema;
    this.#names = names;
    this.#definition = definition;
    this.#conditions = conditionsIn(definition);
  }

  /** The variables with their defaults, where the operation has conditions. */
  conditionsOf(variables: Variables): Variables {
    return this.#conditions.length === 0 ? NO_CONDITIONS : withDefaults(this.#definition, variables);
  }

  /** @param conditions `conditionsOf` the variables */
  shapeFor(conditions: Variables): Completer {
    if (this.#conditions.length === 0) return (this.#only ??= this.#compile(conditions));
    const key = this.#conditions.map((name) => (conditions[name] === true ? '1' : '0')).join('');
    const known = this.#kept.get(key);
    if (known) return known;
    const shape = this.#compile(conditions);
    if (this.#kept.size < KEPT) this.#kept.set(key, shape);
    return shape;
  }

  /** Whether `@skip` and `@include` leave in anything that a subgraph has to answer. */
  needsAnswer(conditions: Variables): boolean {
    return this.#selected(conditions).some((one) => hasLeaf(one, true));
  }

  #compile(conditions: Variables): Completer {
    const root = rootTypeOf(this.#schema, this.#definition);
    return compileShape(this.#schema, this.#names, root, this.#selected(conditions));
  }

  #selected(conditions: Variables): readonly Selected[] {
    return includedSelections(this.#definition.selectionSet, (node) => isIncluded(node, conditions));
  }
}

/** The planner reads no object of which no field is left in. @param isRoot where `__typename` is known without a subgraph */
function hasLeaf(one: Selected, isRoot: boolean): boolean {
  if (one.kind === 'fragment') return one.below.some((inner) => hasLeaf(inner, isRoot));
  return one.below ? one.below.some((inner) => hasLeaf(inner, false)) : !isRoot || one.name !== '__typename';
}

/** Variables in any directive: a shape for each value of another one is of no harm. */
function conditionsIn(definition: OperationDefinitionNode): readonly string[] {
  const names = new Set<string>();
  visit(definition.selectionSet, {
    Directive: (directive) => {
      for (const { value } of directive.arguments ?? [])
        if (value.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  return [...names];
}
