import { claimsOf, isOperationClaims, type OperationClaims } from '../identity/claims.ts';
import type { Identity } from '../identity/identity.ts';

/**
 * The body of a request that carries several operations of one document, in JSON:
 *
 *     { "document": "mutation …", "operationName": "…",
 *       "operations": [{ "r": "<request id>", "u": "<user id>", …, "t": "<traceparent>", "v": { <variables> } }, …] }
 *
 * The document is sent once. Each operation has the claims of its own caller (`identity/claims.ts`), which are signed with the body. The content type distinguishes it
 * from a single operation, and the signed identity must state the same.
 */
export const BATCH_REQUEST_TYPE = 'application/x-firstcome-batch+json';

/** One operation, as it stands in the body. */
export interface BatchedOperation {
  readonly claims: OperationClaims;
  readonly traceparent: string | undefined;
  readonly variables: unknown;
}

export interface BatchRequest {
  readonly document: string;
  readonly operationName: string | undefined;
  readonly operations: readonly BatchedOperation[];
}

/**
 * @param identity `remainingMs` from now on
 * @param variables as JSON
 */
export function batchEntry(identity: Identity, variables: string): string {
  const claims: OperationClaims & { t?: string } = claimsOf(identity);
  const traceparent = identity.span?.traceparent;
  if (traceparent) claims.t = traceparent;
  return `${JSON.stringify(claims).slice(0, -1)},"v":${variables}}`;
}

/**
 * @param document as JSON
 * @returns what stands before and after the entries, which are separated by commas
 */
export const batchFrame = (
  document: string,
  operationName: string | undefined,
): readonly [head: string, tail: string] => [
  `{"document":${document}${operationName === undefined ? '' : `,"operationName":${JSON.stringify(operationName)}`},"operations":[`,
  ']}',
];

/** @returns null for what is not of this form, or has another number of operations than was signed */
export function readBatchRequest(text: string, operations: number): BatchRequest | null {
  const body = parse(text);
  if (typeof body?.document !== 'string') return null;
  const { operationName } = body;
  if (operationName !== undefined && typeof operationName !== 'string') return null;
  if (!Array.isArray(body.operations) || body.operations.length !== operations) return null;
  const entries = body.operations as readonly unknown[];
  if (!entries.every(isEntry)) return null;
  return {
    document: body.document,
    operationName,
    operations: entries.map((entry) => ({ claims: entry, traceparent: entry.t, variables: entry.v })),
  };
}

interface Entry extends OperationClaims {
  readonly t?: string;
  readonly v?: unknown;
}

const isEntry = (value: unknown): value is Entry => {
  if (!isOperationClaims(value)) return false;
  const { t } = value as { readonly t?: unknown };
  return t === undefined || typeof t === 'string';
};

function parse(text: string): Partial<Record<'document' | 'operationName' | 'operations', unknown>> | null {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' ? body : null;
  } catch {
    return null;
  }
}
