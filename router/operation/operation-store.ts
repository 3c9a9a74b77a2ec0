import { LRUCache } from 'lru-cache';
import { analyseOperation, type Operation, type OperationRules } from './operation.ts';

/** Works out an operation once and keeps it for the next request with the same document. */
export interface OperationStore {
  /**
   * @throws {InvalidDocument} when it is not GraphQL, or not for this schema
   * @throws {Fault} BAD_REQUEST, OPERATION_TOO_COMPLEX
   */
  find(source: string, operationName: string | null): Operation;
}

/** Bytes of memory that a parsed document takes for each character of its source, as measured, rounded up. */
const BYTES_PER_CHARACTER = 40;

/** @param maxBytes about how much memory the kept operations may take; strangers choose how many there are */
export function createOperationStore(rules: OperationRules, maxBytes: number): OperationStore {
  const kept = new LRUCache<string, Operation>({ maxSize: maxBytes });
  return {
    find(source, operationName) {
      const key = `${operationName ?? ''}\n${source}`;
      const known = kept.get(key);
      if (known) return known;
      const operation = analyseOperation(source, operationName, rules);
      kept.set(key, operation, { size: 1_024 + BYTES_PER_CHARACTER * source.length });
      return operation;
    },
  };
}
