import { json } from '../http/server.ts';
import type { HttpReply, HttpRequest } from '../http/types.ts';
import { INSTANCE_HEADER } from '../identity/identity.ts';
import type { IdentityVerifier } from '../identity/identity-verifier.ts';
import { BATCH_HEADER, formatBatchLimits, type BatchLimits } from '../operation-batch/batch-limits.ts';

/**
 * To an identity that was signed for another process. Nothing is done: the caller signs for this process, and sends the request again. It learns here whether the
 * process accepts batches, too, so that nothing of it need be in other responses.
 *
 * @param limits null: it accepts none
 */
export async function misdirected(
  { instanceId }: IdentityVerifier,
  limits: BatchLimits | null,
  request: HttpRequest,
): Promise<HttpReply> {
  // A response to a request that is still arriving would close the connection.
  await request.readBody();
  const errors = [{ message: 'The identity was not signed for this process.' }];
  return json(421, { errors }, { [INSTANCE_HEADER]: instanceId, ...batchHeader(limits) });
}

export const batchHeader = (limits: BatchLimits | null): Record<string, string> =>
  limits ? { [BATCH_HEADER]: formatBatchLimits(limits) } : {};
