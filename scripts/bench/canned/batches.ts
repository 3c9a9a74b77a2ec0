import type { GraphqlRequest } from './prepared-answers.ts';

/**
 * Several operations of one document in one request, as the subgraphs of this project take them from its router, where the prepared
 * subgraphs say that they do. A router that does not know the header sends each operation by itself.
 */
export const ACCEPTS_BATCHES = { 'x-firstcome-batch': '64/1048576' };
export const BATCH_REQUEST = 'application/x-firstcome-batch+json';
export const BATCH_RESPONSE = 'application/x-firstcome-batch';

interface BatchBody {
  readonly document: string;
  readonly operations: readonly { readonly v?: GraphqlRequest['variables'] }[];
}

export function readBatch(body: string): GraphqlRequest[] {
  const { document, operations } = JSON.parse(body) as BatchBody;
  return operations.map(({ v }) => ({ query: document, ...(v ? { variables: v } : {}) }));
}

/** A frame for each answer: index, status, bytes, and no caching. */
export const writeBatch = (answers: readonly string[]): string =>
  answers.map((answer, index) => `${index} 200 ${Buffer.byteLength(answer)} \n${answer}`).join('');
