import { LRUCache } from 'lru-cache';
import { Kind, OperationTypeNode, parse, type DefinitionNode, type OperationDefinitionNode } from 'graphql';
import { counter, histogram, secondsSince } from './metrics.ts';

const durations = histogram(
  'request_duration_seconds',
  'From the arrival of a GraphQL request to its answer, by what it asks for.',
  ['operation'],
);
const requests = counter(
  'requests_total',
  'GraphQL requests that were answered, by what they ask for and OK or the code of the worst fault in the answer.',
  ['operation', 'outcome'],
);

/** Requests that were refused before it was clear what they ask for. */
export const NO_OPERATION = 'none';

/**
 * The label of an operation: `Mutation.purchase`, or `Query.several`. Clients choose how they name an operation, so a label
 * by name would have as many values as somebody likes; the schema has as many fields as it has.
 *
 * @param fields of the root, as `Type.field`
 */
export function operationLabel(fields: Iterable<string>): string {
  let label: string | null = null;
  for (const field of fields) {
    if (label !== null && label !== field) return `${field.slice(0, field.indexOf('.'))}.several`;
    label = field;
  }
  return label ?? NO_OPERATION;
}

/** @param begun of `performance.now()` */
export function noteRequest(operation: string, outcome: string, begun: number): void {
  durations.labels(operation).observe(secondsSince(begun));
  requests.labels(operation, outcome).inc();
}

const labels = new LRUCache<string, string>({ max: 2_000, maxSize: 2_000_000, sizeCalculation: sizeOf });

function sizeOf(label: string, query: string): number {
  return label.length + query.length;
}

/** The label of a document whose only operation has its fields at the root, as a gateway writes them. */
export function labelOfDocument(query: string): string {
  let label = labels.get(query);
  if (label === undefined) {
    label = operationLabel(rootFieldsOf(query));
    labels.set(query, label);
  }
  return label;
}

function rootFieldsOf(query: string): string[] {
  try {
    const operation = parse(query, { noLocation: true }).definitions.find(isOperation);
    const type = operation?.operation === OperationTypeNode.MUTATION ? 'Mutation' : 'Query';
    return (operation?.selectionSet.selections ?? []).flatMap((selection) =>
      selection.kind === Kind.FIELD ? [`${type}.${selection.name.value}`] : [],
    );
  } catch {
    return [];
  }
}

const isOperation = (definition: DefinitionNode): definition is OperationDefinitionNode =>
  definition.kind === Kind.OPERATION_DEFINITION;
