import { IDENTITY_HEADER, REQUEST_ID_HEADER, type Identity } from '../identity/identity.ts';
import { bodyHashOf, signBatch, signIdentity, type IdentityKey } from '../identity/signed-identity.ts';
import { TRACEPARENT_HEADER } from '../observability/traceparent.ts';
import { BATCH_REQUEST_TYPE } from '../operation-batch/batch-request.ts';
import { bodyOf, type Operation } from './operation.ts';

/** An operation on its way to a subgraph. */
export interface Call {
  readonly operation: Operation;
  /** Those of the operation, as JSON. */
  readonly variables: string;
  readonly identity: Identity;
  /** By `performance.now()`. */
  readonly deadline: number;
}

/** What is sent of one call or several. */
export interface SignedRequest {
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** In milliseconds; a whole one at the least, because no request can be made within none. */
export const remainingMsOf = ({ deadline }: Call, now = performance.now()): number =>
  Math.max(1, Math.round(deadline - now));

/**
 * @param key null: no identity is sent
 * @param instanceId of the process that it is signed for; null: not known
 */
export function singleRequest(
  key: IdentityKey | null,
  { operation, variables, identity }: Call,
  remainingMs: number,
  instanceId: string | null,
): SignedRequest {
  const body = bodyOf(operation, variables);
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    [REQUEST_ID_HEADER]: identity.requestId,
  };
  const traceparent = identity.span?.traceparent;
  if (traceparent) headers[TRACEPARENT_HEADER] = traceparent;
  if (key) {
    const signed = { ...identity, remainingMs };
    headers[IDENTITY_HEADER] = signIdentity(key, signed, bodyHashOf(body), instanceId);
  }
  return { headers, body };
}

/** One signature for all; @param requestId of the first of them */
export function batchRequest(
  key: IdentityKey,
  batch: { readonly body: string; readonly operations: number; readonly requestId: string },
  instanceId: string | null,
): SignedRequest {
  const { body, requestId } = batch;
  return {
    headers: {
      'content-type': BATCH_REQUEST_TYPE,
      [REQUEST_ID_HEADER]: requestId,
      [IDENTITY_HEADER]: signBatch(key, batch, bodyHashOf(body), instanceId),
    },
    body,
  };
}
