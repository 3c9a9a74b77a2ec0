import { isConnectionLost, mysqlRefusal, wasNotConnected } from './mysql/errors.ts';
import { wasNotAnswered, wasNotSent } from './redis/client.ts';
import { redisRefusal } from './redis/refusals.ts';

/** A store did not execute a command: it refused, was not reached, or did not respond. */
export interface StoreFailure {
  /** The command may have taken effect. */
  readonly mayHaveRun: boolean;
  /** When a client may try again, in milliseconds. */
  readonly retryAfterMs: number;
}

/** Errors inside of errors. */
const MAX_DEPTH = 4;
const RETRY_AFTER_MS = 1_000;

/** The one place that distinguishes a store's failure from a fault of the code. @returns null for the latter */
export function storeFailure(error: unknown, depth = 0): StoreFailure | null {
  if (!(error instanceof Error) || depth > MAX_DEPTH) return null;
  const refusal = redisRefusal(error) ?? mysqlRefusal(error);
  if (refusal) return refusal;
  // A command without a reply of Redis may be repeated: nothing final depends on it.
  if (wasNotSent(error) || wasNotAnswered(error) || wasNotConnected(error))
    return { mayHaveRun: false, retryAfterMs: RETRY_AFTER_MS };
  if (isConnectionLost(error)) return { mayHaveRun: true, retryAfterMs: RETRY_AFTER_MS };
  return storeFailure(error.cause, depth + 1);
}
