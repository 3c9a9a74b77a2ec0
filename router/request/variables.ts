import { getVariableValues, type GraphQLSchema } from 'graphql';
import type { Operation } from '../operation/operation.ts';
import type { Variables } from '../operation/cost.ts';
import { InvalidDocument } from '../operation/invalid-document.ts';

/** More are of no use to a reader, and cost time. */
const MAX_ERRORS = 5;

/** @throws {InvalidDocument} when a value is missing or of another type than the operation says */
export function assertVariables(
  schema: GraphQLSchema,
  { definition }: Operation,
  variables: Variables,
  suggestions: boolean,
): void {
  const { variableDefinitions } = definition;
  if (!variableDefinitions || variableDefinitions.length === 0) return;
  const { errors } = getVariableValues(schema, variableDefinitions, variables, {
    maxErrors: MAX_ERRORS,
    hideSuggestions: !suggestions,
  });
  if (errors) throw new InvalidDocument(errors);
}
