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

/**
 * The operation as JSON. The escaped document is cached: query plans use the same few documents, and escaping one costs more than the rest.
 */
export function bodyOf({ query, variables, operationName }: Operation): string {
  let document = documents.get(query);
  if (document === undefined) documents.set(query, (document = JSON.stringify(query)));
  const name = operationName === undefined ? '' : `,"operationName":${JSON.stringify(operationName)}`;
  return `{"query":${document},"variables":${JSON.stringify(variables ?? {})}${name}}`;
}
