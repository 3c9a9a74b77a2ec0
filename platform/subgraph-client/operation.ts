import { LRUCache } from 'lru-cache';

/** A GraphQL operation for a subgraph. */
export interface Operation {
  readonly query: string;
  readonly variables?: object | undefined;
  readonly operationName?: string | undefined;
}

/** Conservative: a document that might hold a mutation counts as one. */
export const isRead = (query: string): boolean =>
  /^\s*(query\b|\{)/.test(query) && !/\bmutation\b/.test(query);

const documents = new LRUCache<string, string>({
  max: 2_000,
  maxSize: 8_000_000,
  sizeCalculation: (text, query) => text.length + query.length,
});

/** The document as JSON. It is cached: query plans use the same few documents, and escaping one costs more than the rest. */
export function documentJson(query: string): string {
  let document = documents.get(query);
  if (document === undefined) documents.set(query, (document = JSON.stringify(query)));
  return document;
}

/** @throws {TypeError} for variables that are no JSON */
export const variablesJson = ({ variables }: Operation): string => JSON.stringify(variables ?? {});

/** The operation as JSON. @param variables as JSON, too */
export function bodyOf({ query, operationName }: Operation, variables: string): string {
  const name = operationName === undefined ? '' : `,"operationName":${JSON.stringify(operationName)}`;
  return `{"query":${documentJson(query)},"variables":${variables}${name}}`;
}
