import {
  getDirectiveValues,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  valueFromASTUntyped,
  type OperationDefinitionNode,
  type SelectionNode,
} from 'graphql';
import type { Variables } from './selected-operation.ts';

/** @returns the variables of a request, and the defaults of those that it leaves out */
export function withDefaults(
  { variableDefinitions = [] }: OperationDefinitionNode,
  given: Variables,
): Variables {
  const values: Record<string, unknown> = { __proto__: null };
  for (const { variable, defaultValue } of variableDefinitions) {
    const name = variable.name.value;
    if (Object.hasOwn(given, name)) values[name] = given[name];
    else if (defaultValue) values[name] = valueFromASTUntyped(defaultValue);
  }
  return values;
}

/** Whether `@skip` and `@include` leave it in. @param variables with their defaults */
export const isIncluded = (node: SelectionNode, variables: Variables): boolean =>
  getDirectiveValues(GraphQLSkipDirective, node, variables)?.['if'] !== true &&
  getDirectiveValues(GraphQLIncludeDirective, node, variables)?.['if'] !== false;
