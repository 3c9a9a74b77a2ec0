import { buildASTSchema, parse } from 'graphql';
import { readAccessRules } from '../operation/access-rules.ts';
import { readAddedFields } from '../operation/added-fields.ts';
import { readCostWeights } from '../operation/cost-weights.ts';
import { withIntrospection } from '../operation/introspection-sizes.ts';
import type { OperationRules } from '../operation/operation.ts';
import { selectOperation, type SelectedOperation } from '../operation/selected-operation.ts';

/** Rules for operations on a schema that a test writes, with limits that refuse nothing. */
export function rulesFor(supergraphSdl: string, changes: Partial<OperationRules> = {}): OperationRules {
  const document = parse(supergraphSdl);
  const schema = buildASTSchema(document, { assumeValidSDL: true });
  return {
    schema,
    maxTokens: 10_000,
    introspection: true,
    suggestions: true,
    limits: { depth: 1_000, aliases: 1_000, directives: 1_000, fields: 100_000 },
    maxRecursion: 1_000,
    access: readAccessRules(document),
    costs: withIntrospection(readCostWeights(document), schema),
    addedFields: readAddedFields(document),
    ...changes,
  };
}

export const select = (source: string, operationName: string | null = null): SelectedOperation =>
  selectOperation(parse(source, { noLocation: true }), operationName);
