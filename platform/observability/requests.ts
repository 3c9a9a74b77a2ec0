import { LRUCache } from 'lru-cache';
import { Kind, parse, type DefinitionNode, type GraphQLSchema, type OperationDefinitionNode } from 'graphql';
import { counter, histogram, secondsSince } from './metrics.ts';

const durations = histogram(
  'request_duration_seconds',
  'From the arrival of a GraphQL request to its response, by operation and outcome.',
  ['operation', 'outcome'],
);
const requests = counter(
  'requests_total',
  'GraphQL requests by operation and outcome: OK or the code of the worst fault in the response.',
  ['operation', 'outcome'],
);

/** Requests that were refused before their operation was known. */
export const NO_OPERATION = 'none';

/**
 * The label of an operation: `Mutation.purchase`, or `Query.several`. Clients choose how they name an operation, so a label
 * by name would have unbounded cardinality; the fields of the schema are bounded.
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

/**
 * @param outcome OK, or the code of the worst fault in the response
 * @param begun of `performance.now()`
 * @param result the `__typename` of the result of a mutation, where it is known: the latency of a `SoldOut` is another measure than that
 * of a purchase
 */
export function recordRequest(
  operation: string,
  outcome: string,
  begun: number,
  result: string = outcome,
): void {
  durations.labels(operation, result).observe(secondsSince(begun));
  requests.labels(operation, outcome).inc();
}

/** The labels of documents whose only operation has its fields at the root, as a gateway writes them. */
export type DocumentLabels = (query: string) => string;

/**
 * Documents are labelled before they are validated, and where access tokens count, they are not trusted: so only fields of the
 * schema become labels, and nothing longer than `maxTokens` is read.
 */
export function labelsOfDocuments(schema: GraphQLSchema, maxTokens: number): DocumentLabels {
  const labels = new LRUCache<string, string>({
    max: 2_000,
    maxSize: 2_000_000,
    sizeCalculation: (label, query) => label.length + query.length,
  });
  return (query) => {
    let label = labels.get(query);
    if (label === undefined) {
      label = operationLabel(rootFieldsOf(query, schema, maxTokens));
      labels.set(query, label);
    }
    return label;
  };
}

function rootFieldsOf(query: string, schema: GraphQLSchema, maxTokens: number): string[] {
  try {
    const operation = parse(query, { noLocation: true, maxTokens }).definitions.find(isOperation);
    const type = operation && schema.getRootType(operation.operation);
    const fields = type?.getFields() ?? {};
    return (operation?.selectionSet.selections ?? []).flatMap((selection) =>
      selection.kind === Kind.FIELD && Object.hasOwn(fields, selection.name.value)
        ? [`${type!.name}.${selection.name.value}`]
        : [],
    );
  } catch {
    return [];
  }
}

const isOperation = (definition: DefinitionNode): definition is OperationDefinitionNode =>
  definition.kind === Kind.OPERATION_DEFINITION;
