import {
  getNamedType,
  getNullableType,
  isCompositeType,
  isListType,
  Kind,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  valueFromASTUntyped,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  type ValueNode,
} from 'graphql';
import type { CostWeights, ListSize } from './cost-weights.ts';
import { inputCost } from './input-cost.ts';
import { rootTypeOf, type SelectedOperation, type Variables } from './selected-operation.ts';
import { fieldOf, foldSelections, narrowTypes } from './walk-selections.ts';

/** The cost of an operation: known from the document, but for list sizes that are variables. */
export type Cost = number | ((variables: Variables) => number);

export const costOf = (cost: Cost, variables: Variables): number =>
  typeof cost === 'number' ? cost : cost(variables);

/** Of a list that neither its field nor its caller gives a size. */
const USUAL_LIST_SIZE = 10;

/**
 * An object costs 1 and a scalar nothing unless `@cost` says otherwise; what is in a list costs as often as the list is
 * long (`@listSize`); arguments and input fields cost what `@cost` says of them. After https://ibm.github.io/graphql-specs/cost-spec.html.
 * Introspection is counted alike, by the sizes that `lists` has for it (`introspection-sizes.ts`).
 */
export function costFormula(
  schema: GraphQLSchema,
  { definition, fragments }: SelectedOperation,
  { weights, lists }: CostWeights,
): Cost {
  const variableDefaults = new Map(
    definition.variableDefinitions?.map(({ variable, defaultValue }) => [
      variable.name.value,
      defaultValue && valueFromASTUntyped(defaultValue),
    ]),
  );
  const narrow = narrowTypes(schema);
  const root = { parent: rootTypeOf(schema, definition), sized: NONE_SIZED };
  return foldSelections<CostScope, Cost>(definition.selectionSet, fragments, root, {
    narrow: ({ parent, sized }, typeCondition) => ({ parent: narrow(parent, typeCondition), sized }),
    field: fieldCost,
    join: sum,
  });

  function fieldCost(node: FieldNode, { parent, sized }: CostScope, below: (scope: CostScope) => Cost): Cost {
    const field = INTROSPECTION.get(node.name.value) ?? fieldOf(parent, node.name.value);
    if (!field) return 0;
    const type = getNamedType(field.type);
    const list = lists.get(`${parent.name}.${field.name}`);
    const size = list ? listLength(list, node, field) : null;
    const sizedBelow =
      list && size !== null ? new Map(list.sizedFields.map((name) => [name, size])) : NONE_SIZED;

    const own =
      weights.get(`${parent.name}.${field.name}`) ??
      weights.get(type.name) ??
      (isCompositeType(type) ? 1 : 0);
    const inside = isCompositeType(type) ? below({ parent: type, sized: sizedBelow }) : 0;
    const itself = list?.sizedFields.length === 0 ? size : null;
    const usual = isListType(getNullableType(field.type)) ? USUAL_LIST_SIZE : 1;
    const input = inputCost(parent.name, node, field, weights, definition);
    const cost = product(sized.get(field.name) ?? itself ?? usual, sum([own, input, inside]));
    return INTROSPECTION.has(field.name) ? combine([cost], ([average]) => Math.ceil(average ?? 0)) : cost;
  }

  function listLength(list: ListSize, node: FieldNode, field: GraphQLField<unknown, unknown>): Cost {
    const lengths = list.slicingArguments.flatMap((name): Cost[] => {
      const given = node.arguments?.find((argument) => argument.name.value === name)?.value;
      const preset: unknown = field.args.find((argument) => argument.name === name)?.defaultValue;
      if (given === undefined) return preset === undefined ? [] : [lengthFrom(preset)];
      return [lengthGiven(given, preset)];
    });
    return lengths.length > 0 ? largest(lengths) : (list.assumedSize ?? USUAL_LIST_SIZE);
  }

  function lengthGiven(given: ValueNode, preset: unknown): Cost {
    if (given.kind !== Kind.VARIABLE) return lengthFrom(valueFromASTUntyped(given));
    const name = given.name.value;
    const fallback = variableDefaults.get(name) ?? preset;
    // Not what every object inherits: a variable may be called `constructor`.
    return (variables) => lengthFrom((Object.hasOwn(variables, name) ? variables[name] : null) ?? fallback);
  }
}

/** The type that a field is selected on, and the lengths that the field around it gives to fields of these names. */
interface CostScope {
  readonly parent: GraphQLCompositeType;
  readonly sized: SizedFields;
}

type SizedFields = ReadonlyMap<string, Cost>;
const NONE_SIZED: SizedFields = new Map();

/** Fields of the root type that are in no type of the schema. */
const INTROSPECTION: ReadonlyMap<string, GraphQLField<unknown, unknown>> = new Map(
  [SchemaMetaFieldDef, TypeMetaFieldDef].map((field) => [field.name, field]),
);

const lengthFrom = (value: unknown): number =>
  typeof value === 'number' ? Math.max(0, value) : USUAL_LIST_SIZE;

const isConstant = (costs: readonly Cost[]): costs is readonly number[] =>
  costs.every((cost) => typeof cost === 'number');

function combine(costs: readonly Cost[], merge: (costs: readonly number[]) => number): Cost {
  return isConstant(costs)
    ? merge(costs)
    : (variables) => merge(costs.map((cost) => costOf(cost, variables)));
}

const sum = (costs: readonly Cost[]): Cost => combine(costs, (numbers) => numbers.reduce((a, b) => a + b, 0));
const product = (...costs: readonly Cost[]): Cost =>
  combine(costs, (numbers) => numbers.reduce((a, b) => a * b, 1));
const largest = (costs: readonly Cost[]): Cost => combine(costs, (numbers) => Math.max(...numbers));
