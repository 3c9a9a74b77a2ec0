import { Fault } from '../../../platform/errors.ts';
import type { SignOutResult } from '../__generated__/resolvers-types.ts';
import { callerOf, type UserContext } from '../context.ts';

/**
 * Idempotent, so a sign-out whose revocation could not be published can be repeated.
 *
 * @throws {Fault} BAD_REQUEST when the access token names no session
 */
export async function signOut(context: UserContext): Promise<SignOutResult> {
  const { sessionId } = callerOf(context);
  if (!sessionId) throw new Fault('BAD_REQUEST', 'The access token names no session to end.');
  const signedOutAt = new Date();
  await context.services.sessions.end(sessionId);
  await context.services.revokedSessions.publish([sessionId]);
  return { __typename: 'SignedOut', signedOutAt };
}
