import { LRUCache } from 'lru-cache';

/** What is asked of a subgraph. */
export interface Operation {
  readonly query: string;
  readonly variables?: object | undefined;
  readonly operationName?: string | undefined;
}

/** For sure: what only looks like more than a read is taken for more. */
export const isRead = (query: string): boolean =>
  /^\s*(query\b|\{)/.test(query) && !/\bmutation\b/.test(query);

const documents = new LRUCache<string, string>({
  max: 2_000,
  maxSize: 8_000_000,
  sizeCalculation: (text, query) => text.length + query.length,
});

/**
 * The operation in JSON. A plan asks by the same few documents again and again, and to escape one costs more than all the rest.
 */
export function bodyOf({ query, variables, operationName }: Operation): string {
  let document = documents.get(query);
  if (document === undefined) documents.set(query, (document = JSON.stringify(query)));
  const name = operationName === undefined ? '' : `,"operationName":${JSON.stringify(operationName)}`;
  return `{"query":${document},"variables":${JSON.stringify(variables ?? {})}${name}}`;
}
