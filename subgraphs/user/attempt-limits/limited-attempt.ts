import type { RefusedAttempt } from './attempt-limits.ts';
import type { LimitedAction } from './attempt-numbers.ts';
import type { UserContext } from '../context.ts';
import type { TooManyAttempts } from './too-many-attempts.ts';

/**
 * Makes an attempt that is limited.
 *
 * @param attempt gets the refusal by a limit that other clients can use up. Then it must do the same work, may succeed only by a proof
 *   that those clients do not have, and returns the refusal instead of a failure: neither the response nor its time shows whether
 *   there is such an account.
 */
export async function limitedAttempt<Result>(
  action: LimitedAction,
  subject: string,
  { services: { attempts }, identity: { clientAddress } }: UserContext,
  attempt: (refusal: RefusedAttempt | null) => Promise<Result>,
): Promise<Result | TooManyAttempts> {
  const refusal = await attempts.count(action, subject, clientAddress);
  if (refusal && !refusal.isShared) return refusal;
  try {
    return await attempt(refusal);
  } catch (error) {
    // A fault gives no information about a guess, and faults of a store must not lock out a network.
    if (!refusal) await attempts.release(action, subject, clientAddress).catch(() => undefined);
    throw error;
  }
}
