import { LRUCache } from 'lru-cache';
import { analyseOperation, type Operation, type OperationRules } from './operation.ts';

/** Works out an operation once and keeps it for the next request with the same document. */
export interface OperationStore {
  /**
   * @param newWork asked before a document that is not known is worked out, and before it is kept for the planner
   * @throws {InvalidDocument} when it is not GraphQL, or not for this schema
   * @throws {Fault} BAD_REQUEST, OPERATION_TOO_COMPLEX, and what `newWork` throws
   */
  find(source: string, operationName: string | null, newWork: NewWork): Operation;
}

/** Whether there is room for so many units of work now; throws when there is not. An ordinary document is one unit or two. */
export type NewWork = (units: number) => void;

/** Fields that are one unit of work: most of it is the planner's, and about as long as the document is with every fragment in its place. */
const FIELDS_TO_A_UNIT = 25;

/** Bytes of memory that a parsed document takes for each character of its source, as measured, rounded up. */
const BYTES_PER_CHARACTER = 40;

/** A document that would take more than this part of the memory is not kept: a few of them would push all others out. */
const LARGEST = 1 / 16;

/** @param maxBytes about how much memory the kept operations may take; strangers choose how many there are */
export function createOperationStore(rules: OperationRules, maxBytes: number): OperationStore {
  const kept = new LRUCache<string, Operation>({
    maxSize: maxBytes,
    maxEntrySize: Math.floor(maxBytes * LARGEST),
  });
  return {
    find(source, operationName, newWork) {
      const key = `${operationName ?? ''}\n${source}`;
      const known = kept.get(key);
      if (known) return known;
      newWork(1);
      const operation = analyseOperation(source, operationName, rules);
      const more = Math.floor(operation.fields / FIELDS_TO_A_UNIT);
      if (more > 0) newWork(more);
      kept.set(key, operation, { size: 1_024 + BYTES_PER_CHARACTER * source.length });
      return operation;
    },
  };
}
