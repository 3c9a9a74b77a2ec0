import { LRUCache } from 'lru-cache';
import { operationKey } from './operation-key.ts';
import { analyseOperation, type NewWork, type Operation, type OperationRules } from './operation.ts';

/** Works out an operation once and keeps it for the next request with the same document. */
export interface OperationStore {
  /**
   * @param newWork called before each costly step for a document that is not known
   * @throws {InvalidDocument} when it is not GraphQL, or not for this schema
   * @throws {Fault} BAD_REQUEST, OPERATION_TOO_COMPLEX, and what `newWork` throws
   */
  find(source: string, operationName: string | null, newWork: NewWork): Operation;
}

/** Bytes of memory that a parsed document takes for each character of its source, as measured, rounded up. */
const BYTES_PER_CHARACTER = 40;

/** And its plan, compiled, with the shape of its answers, for each field after fragments were expanded. */
const BYTES_PER_FIELD = 1_000;

/** A document that would take more than this part of the memory is not kept: a few of them would push all others out. */
const LARGEST = 1 / 16;

/** @param maxBytes about how much memory the kept operations may take; clients choose how many there are */
export function createOperationStore(rules: OperationRules, maxBytes: number): OperationStore {
  const kept = new LRUCache<string, Operation>({
    maxSize: maxBytes,
    maxEntrySize: Math.floor(maxBytes * LARGEST),
  });
  return {
    find(source, operationName, newWork) {
      const key = operationKey(source, operationName);
      const known = kept.get(key);
      if (known) return known;
      const operation = analyseOperation(source, operationName, rules, newWork);
      kept.set(key, operation, {
        size: 1_024 + BYTES_PER_CHARACTER * source.length + BYTES_PER_FIELD * operation.fields,
      });
      return operation;
    },
  };
}
