import { Fault } from '../errors.ts';
import { failureReply } from '../http/server.ts';
import type { HttpReply, HttpRequest } from '../http/types.ts';
import { IDENTITY_HEADER } from '../identity/identity.ts';
import type { IdentityVerifier } from '../identity/identity-verifier.ts';
import type { Logger } from '../logger.ts';
import type { BatchLimits } from '../operation-batch/batch-limits.ts';
import { BATCH_REQUEST_TYPE, readBatchRequest } from '../operation-batch/batch-request.ts';
import { BatchAnswers } from './batch-answers.ts';
import { misdirected } from './misdirected.ts';
import type { ExecuteOperation } from './received-operation.ts';

export interface BatchOptions {
  readonly execute: ExecuteOperation;
  readonly verifier: IdentityVerifier;
  readonly limits: BatchLimits;
  readonly logger: Logger;
}

export const isBatch = ({ headers }: HttpRequest): boolean => headers['content-type'] === BATCH_REQUEST_TYPE;

/**
 * Several operations in one request. They begin in the same turn of the event loop, each as a single one would, and each is answered when it is ready.
 *
 * @throws {Fault} as for a single one, before any of them begins
 */
export async function receiveBatch(
  { execute, verifier, limits, logger }: BatchOptions,
  request: HttpRequest,
): Promise<HttpReply> {
  const header = request.headers[IDENTITY_HEADER];
  const verified = verifier.verifyBatch(Array.isArray(header) ? header[0] : header);
  if (verified === 'misdirected') return misdirected(verifier, limits, request);
  if (verified.operations > limits.operations) throw new Fault('PAYLOAD_TOO_LARGE');
  const text = await request.readBody();
  verified.accept(text);
  const batch = readBatchRequest(text, verified.operations);
  if (!batch) throw new Fault('BAD_REQUEST', 'The body is not a batch of operations.');

  const { document: query, operationName } = batch;
  const name = operationName === undefined ? {} : { operationName };
  const answers = new BatchAnswers(verified.operations);
  for (const [index, { claims, traceparent, variables }] of batch.operations.entries()) {
    const operation = {
      identity: verified.identityOf(claims),
      isSigned: true,
      body: { query, variables, ...name },
      traceparent,
    };
    void execute(operation)
      .catch((error: unknown) => failureReply(error, request.path, logger))
      .then((reply) => answers.add(index, reply));
  }
  return answers.reply;
}
