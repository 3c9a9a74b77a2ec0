import { readFileSync, writeFileSync } from 'node:fs';
import {
  Kind,
  parse,
  print,
  stripIgnoredCharacters,
  validate,
  visit,
  type DocumentNode,
  type GraphQLSchema,
} from 'graphql';
import { selectOperation } from '../../router/operation/selected-operation.ts';
import { ROOT } from '../harness/root.ts';
import { fittingVariables } from './fitting-variables.ts';
import type { RecordedRequest } from './recorded-requests.ts';

/** An operation that a test of the whole system sends. */
export interface SentOperation {
  /** Where the request says which of several operations is meant. */
  readonly operationName?: string;
  readonly document: string;
}

/** Values of Boolean variables, by which fields are left out. */
export const FLAGS = [true, false];
const ALL_SCOPES = 'catalog:write stock:write order:read user:read';

/** Within the checkout. */
export const LIST = 'tests/answers/operations.json';
const FILE = new URL(LIST, ROOT);

/** Longer ones are made to be refused. */
const MAX_LENGTH = 4_000;

export const readOperations = (): SentOperation[] =>
  JSON.parse(readFileSync(FILE, 'utf8')) as SentOperation[];

export const writeOperations = (operations: readonly SentOperation[]): void =>
  writeFileSync(FILE, `${JSON.stringify(operations, null, 2)}\n`);

/** @returns of the requests, each operation that the schema has, once, without the texts that are written in it */
export function operationsIn(requests: readonly RecordedRequest[], schema: GraphQLSchema): SentOperation[] {
  const found = new Map<string, SentOperation>();
  for (const { query, operationName } of requests.map(parametersOf)) {
    const document =
      typeof query === 'string' && query.length <= MAX_LENGTH ? validDocument(query, schema) : null;
    if (!document) continue;
    const operations = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
    const operation: SentOperation = {
      ...(operations.length > 1 && typeof operationName === 'string' ? { operationName } : {}),
      document: stripIgnoredCharacters(print(withoutTexts(document))),
    };
    found.set(JSON.stringify([operation.document, operation.operationName]), operation);
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, operation]) => operation);
}

/** Requests of an administrator for each operation, with values made up for its variables. */
export const requestsFor = (operations: readonly SentOperation[], schema: GraphQLSchema): RecordedRequest[] =>
  operations.flatMap(({ document, operationName }) => {
    const { definition } = selectOperation(parse(document), operationName ?? null);
    return FLAGS.map((flag) => ({
      method: 'POST',
      url: '/graphql',
      contentType: 'application/json',
      scopes: ALL_SCOPES,
      body: JSON.stringify({
        query: document,
        ...(operationName === undefined ? {} : { operationName }),
        variables: fittingVariables(schema, definition, flag),
      }),
      status: 200,
    }));
  });

interface Parameters {
  readonly query?: unknown;
  readonly operationName?: unknown;
}

function parametersOf({ method, url, body }: RecordedRequest): Parameters {
  if (method === 'GET') return Object.fromEntries(new URL(url, 'http://router').searchParams);
  try {
    return (JSON.parse(body) ?? {}) as Parameters;
  } catch {
    return {};
  }
}

function validDocument(query: string, schema: GraphQLSchema): DocumentNode | null {
  try {
    const document = parse(query, { noLocation: true, maxTokens: 1_000 });
    return validate(schema, document).length === 0 ? document : null;
  } catch {
    return null;
  }
}

/** A text may be an id, a name or a password; an instant has to stay one. */
const withoutTexts = (document: DocumentNode): DocumentNode =>
  visit(document, {
    StringValue: (node) =>
      /^\d{4}-\d\d-\d\dT/.test(node.value) ? undefined : { ...node, value: '1', block: false },
  });
