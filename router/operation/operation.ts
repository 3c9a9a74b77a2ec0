import { createHash } from 'node:crypto';
import { OperationTypeNode, type DocumentNode, type OperationDefinitionNode } from 'graphql';
import { Fault } from '../../platform/errors.ts';
import type { AccessRules } from './access-rules.ts';
import { costFormula, type Cost } from './cost.ts';
import type { CostWeights } from './cost-weights.ts';
import { parseDocument, type DocumentRules } from './parse-document.ts';
import { assertRecursion } from './recursion.ts';
import { requiredAccess, type RequiredAccess } from './required-access.ts';
import { resultTypesOf } from './result-types.ts';
import { countRootFields } from './root-fields.ts';
import { documentOf, selectOperation } from './selected-operation.ts';
import { assertSinglePurchase } from './single-purchase.ts';
import { assertWithinLimits, type SizeLimits } from './size-limits.ts';

/** Everything about an operation that depends on its document alone. */
export interface Operation {
  readonly kind: 'query' | 'mutation';
  readonly definition: OperationDefinitionNode;
  /** This operation and its fragments only. The same object for every request, so that more can be kept beside it. */
  readonly document: DocumentNode;
  /** Names the document and the operation in it. */
  readonly hash: string;
  readonly access: RequiredAccess;
  readonly cost: Cost;
  /** In all, after every fragment has been put in its place. */
  readonly fields: number;
  /** How often it asks for each root field, by `Type.field`. */
  readonly rootFields: ReadonlyMap<string, number>;
  /** What its one mutation may be answered, by `__typename`; none where that is not one of several types. */
  readonly resultTypes: ReadonlySet<string>;
}

export interface OperationRules extends DocumentRules {
  readonly limits: SizeLimits;
  /** How often a field may be found inside itself. */
  readonly maxRecursion: number;
  readonly access: AccessRules;
  readonly costs: CostWeights;
}

/**
 * @throws {InvalidDocument} when it is not GraphQL, or not for this schema
 * @throws {Fault} BAD_REQUEST, OPERATION_TOO_COMPLEX
 */
export function analyseOperation(
  source: string,
  operationName: string | null,
  rules: OperationRules,
): Operation {
  const selected = selectOperation(parseDocument(source, rules), operationName);
  const { definition } = selected;
  if (definition.operation === OperationTypeNode.SUBSCRIPTION) {
    throw new Fault('BAD_REQUEST', 'Subscriptions are not supported.');
  }
  const fields = assertWithinLimits(selected, rules.limits);
  assertRecursion(rules.schema, selected, rules.maxRecursion);
  assertSinglePurchase(selected);
  return {
    kind: definition.operation,
    definition,
    document: documentOf(selected),
    hash: createHash('sha256')
      .update(operationName ?? '')
      .update('\0')
      .update(source)
      .digest('base64url'),
    access: requiredAccess(rules.schema, selected, rules.access),
    cost: costFormula(rules.schema, selected, rules.costs),
    fields,
    rootFields: countRootFields(rules.schema, selected),
    resultTypes: resultTypesOf(rules.schema, selected),
  };
}
