import {
  getNamedType,
  isInputObjectType,
  Kind,
  valueFromASTUntyped,
  type FieldNode,
  type GraphQLField,
  type GraphQLInputType,
  type OperationDefinitionNode,
  type ValueNode,
} from 'graphql';
import { withDefaults } from './included.ts';
import type { Variables } from './selected-operation.ts';

/** The weight of what a field is given: a number where no variable is involved. */
type InputCost = number | ((variables: Variables) => number);

/**
 * `@cost` of arguments and input fields, added to the field's own weight for each one that is given: a search may cost more
 * than the same list without it.
 *
 * @param weights by `Type.field(argument:)` and `Input.field`
 */
export function inputCost(
  parent: string,
  node: FieldNode,
  field: GraphQLField<unknown, unknown>,
  weights: ReadonlyMap<string, number>,
  definition: OperationDefinitionNode,
): InputCost {
  let constant = 0;
  const variable: ((variables: Variables) => number)[] = [];
  for (const { name, type } of field.args) {
    const value = node.arguments?.find((argument) => argument.name.value === name)?.value;
    const own = weights.get(`${parent}.${field.name}(${name}:)`) ?? 0;
    if (!value || (own === 0 && !hasWeights(type, weights, new Set()))) continue;
    const cost = (given: unknown) => (isGiven(given) ? own + valueCost(type, given, weights) : 0);
    if (hasVariable(value)) {
      variable.push((variables) => cost(valueFromASTUntyped(value, withDefaults(definition, variables))));
    } else constant += cost(valueFromASTUntyped(value));
  }
  if (variable.length === 0) return constant;
  return (variables) => variable.reduce((sum, cost) => sum + cost(variables), constant);
}

const isGiven = (value: unknown): boolean => value !== null && value !== undefined;

function valueCost(type: GraphQLInputType, value: unknown, weights: ReadonlyMap<string, number>): number {
  if (Array.isArray(value))
    return value.reduce((sum: number, item) => sum + valueCost(type, item, weights), 0);
  const named = getNamedType(type);
  if (!isInputObjectType(named) || typeof value !== 'object' || value === null) return 0;
  const fields = named.getFields();
  return Object.entries(value).reduce((sum, [name, given]) => {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (!field || !isGiven(given)) return sum;
    return sum + (weights.get(`${named.name}.${name}`) ?? 0) + valueCost(field.type, given, weights);
  }, 0);
}

/** Whether a value of the type may have a cost; most may not, and are not checked at each request. */
function hasWeights(
  type: GraphQLInputType,
  weights: ReadonlyMap<string, number>,
  seen: Set<string>,
): boolean {
  const named = getNamedType(type);
  if (!isInputObjectType(named) || seen.has(named.name)) return false;
  seen.add(named.name);
  return Object.values(named.getFields()).some(
    (field) => weights.has(`${named.name}.${field.name}`) || hasWeights(field.type, weights, seen),
  );
}

function hasVariable(value: ValueNode): boolean {
  switch (value.kind) {
    case Kind.VARIABLE:
      return true;
    case Kind.LIST:
      return value.values.some(hasVariable);
    case Kind.OBJECT:
      return value.fields.some((field) => hasVariable(field.value));
    default:
      return false;
  }
}
