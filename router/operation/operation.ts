import { createHash } from 'node:crypto';
import { OperationTypeNode, type DocumentNode, type OperationDefinitionNode } from 'graphql';
import { Fault } from '../../platform/errors.ts';
import type { AccessRules } from './access-rules.ts';
import { checkedFields, type ArgumentChecks, type CheckedField } from './argument-checks.ts';
import { nullableConditions } from './condition-variables.ts';
import { costFormula, type Cost } from './cost.ts';
import type { CostWeights } from './cost-weights.ts';
import { holdsValues, isReadOnly } from './document-values.ts';
import { expandFragments } from './expand-fragments.ts';
import { introspectionPart } from './introspection-part.ts';
import { InvalidDocument } from './invalid-document.ts';
import { operationKey } from './operation-key.ts';
import { overlappingFields } from './overlapping-fields.ts';
import { parseDocument, type DocumentRules } from './parse-document.ts';
import { planOperation, type PlannedOperation } from './planned-operation.ts';
import { assertRecursion } from './recursion.ts';
import { requiredAccess, type RequiredAccess } from './required-access.ts';
import { assertRequirements, type Requirements } from './requirements.ts';
import { resultTypesOf } from './result-types.ts';
import { countRootFields } from './root-fields.ts';
import { documentOf, selectOperation, type SelectedOperation } from './selected-operation.ts';
import { assertWithinLimits, type SizeLimits } from './size-limits.ts';

/** Everything about an operation that depends on its document alone. */
export interface Operation {
  readonly kind: 'query' | 'mutation';
  readonly definition: OperationDefinitionNode;
  /** What the planner gets of it. */
  readonly planned: PlannedOperation;
  /** Its introspection, which graphql-js answers; null: none. The same object for every request. */
  readonly introspection: DocumentNode | null;
  /** Variables of `@skip` and `@include` that must not be null, although their types allow it. */
  readonly conditions: ReadonlySet<string>;
  /** Names the document and the operation in it. */
  readonly hash: string;
  /** Whether the document may hold values of a person: then neither its text nor its plain hash leaves this process. */
  readonly holdsValues: boolean;
  /** Whether every operation of the document is a query. */
  readonly isReadOnly: boolean;
  readonly access: RequiredAccess;
  /** Fields whose arguments are checked before a mutation is sent. */
  readonly checked: readonly CheckedField[];
  readonly cost: Cost;
  /** The objects of the response, estimated as `cost` is: what the router itself has to assemble, also where an answer of another request is shared. */
  readonly responseSize: Cost;
  /** In all, after fragments were expanded and repeated selections merged. */
  readonly fields: number;
  /** How often it selects each root field, by `Type.field`. */
  readonly rootFields: ReadonlyMap<string, number>;
  /** Whether it selects introspection and nothing else. */
  readonly isIntrospection: boolean;
  /** What its one mutation may be answered, by `__typename`; none where that is not one of several types. */
  readonly resultTypes: ReadonlySet<string>;
}

export interface OperationRules extends DocumentRules {
  readonly limits: SizeLimits;
  /** How often a field may be found inside itself. */
  readonly maxRecursion: number;
  /** A rule of the served graph beside the general ones; undefined: none. @throws {Fault} for an operation that is not allowed */
  readonly assertAllowed?: ((selected: SelectedOperation) => void) | undefined;
  /** What the planner cannot have together; undefined: nothing. */
  readonly requirements?: Requirements;
  readonly access: AccessRules;
  /** Values of arguments that subgraphs refuse; undefined: none is known. */
  readonly argumentChecks?: ArgumentChecks | undefined;
  readonly costs: CostWeights;
  /** Names that the planner uses itself: `readAddedFields`. */
  readonly addedFields: ReadonlySet<string>;
}

/** Asserts that a client may cause so many units of work now; throws when not. An ordinary document is one unit or two. */
export type NewWork = (units: number) => void;

/** Tokens that are one unit: a thousand take up to some 20 ms to validate, on the machine at hand. */
const TOKENS_TO_A_UNIT = 250;
/** Fields that are one unit: planning takes time by the fields after expansion, some 10 ms for so many. */
const FIELDS_TO_A_UNIT = 25;

/**
 * @param newWork called before each step that takes time, with an estimate of that time
 * @throws {InvalidDocument} when it is not GraphQL, or not for this schema
 * @throws {Fault} BAD_REQUEST, OPERATION_TOO_COMPLEX; and what `newWork` throws
 */
export function analyseOperation(
  source: string,
  operationName: string | null,
  rules: OperationRules,
  newWork: NewWork,
): Operation {
  const charge = (units: number) => {
    if (units >= 1) newWork(Math.floor(units));
  };
  charge(1);
  const parsed = parseDocument(source, rules, (tokens) => charge(tokens / TOKENS_TO_A_UNIT));
  const selected = expandWithinLimits(selectOperation(parsed, operationName), rules);
  const { definition } = selected;
  const fields = assertWithinLimits(selected, rules.limits);
  charge(fields / FIELDS_TO_A_UNIT);
  assertRecursion(rules.schema, selected, rules.maxRecursion);
  rules.assertAllowed?.(selected);
  if (rules.requirements) assertRequirements(rules.schema, selected, rules.requirements);
  const kind = definition.operation === OperationTypeNode.MUTATION ? 'mutation' : 'query';
  const rootFields = countRootFields(rules.schema, selected);
  const isIntrospection = kind === 'query' && [...rootFields.keys()].every((field) => field.includes('.__'));
  const hash = createHash('sha256').update(operationKey(source, operationName)).digest('base64url');
  return {
    kind,
    definition,
    planned: planOperation(selected, hash, rules.addedFields),
    introspection: isIntrospection ? documentOf(selected) : introspectionPart(selected),
    conditions: nullableConditions(definition),
    hash,
    holdsValues: holdsValues(rules.schema, parsed, source),
    isReadOnly: isReadOnly(parsed),
    access: requiredAccess(rules.schema, selected, rules.access),
    checked: checkedFields(rules.schema, definition, rules.argumentChecks),
    cost: costFormula(rules.schema, selected, rules.costs),
    responseSize: costFormula(rules.schema, selected, { ...rules.costs, weights: UNWEIGHTED }),
    fields,
    rootFields,
    isIntrospection,
    resultTypes: resultTypesOf(rules.schema, selected),
  };
}

/** `@cost` is about what subgraphs do; without it, the formula counts the objects of the response. */
const UNWEIGHTED: CostWeights['weights'] = new Map();

/** The limits are counted before fragments are expanded, so that a document that would grow too large is refused first. */
function expandWithinLimits(written: SelectedOperation, rules: OperationRules): SelectedOperation {
  if (written.definition.operation === OperationTypeNode.SUBSCRIPTION) {
    throw new Fault('BAD_REQUEST', 'Subscriptions are not supported.');
  }
  assertWithinLimits(written, rules.limits);
  const expanded = expandFragments(written);
  const conflicts = overlappingFields(rules.schema, expanded);
  if (conflicts.length > 0) throw new InvalidDocument(conflicts);
  return expanded;
}
