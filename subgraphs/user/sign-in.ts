import type { SignInInput, SignInResult } from './__generated__/resolvers-types.ts';
import { normaliseEmail } from './account-input.ts';
import type { UserContext } from './context.ts';
import { networkKeyOf } from './hashed-network.ts';
import { limitedAttempt } from './limited-attempt.ts';
import { invalidCredentials } from './refusals.ts';
import { startSession } from './start-session.ts';

/**
 * Whether the address or the password was wrong shows neither in the answer nor in the time that it takes.
 *
 * @throws {Fault} UNAVAILABLE with `retryAfterMs` when too many sign-ins wait: nothing was counted
 */
export function signIn(input: SignInInput, context: UserContext): Promise<SignInResult> {
  return context.services.passwordWork.run(networkKeyOf(context.identity), () =>
    attemptSignIn(input, context),
  );
}

async function attemptSignIn({ email, password }: SignInInput, context: UserContext): Promise<SignInResult> {
  const { accounts, attempts, keyedHash, knownNetworks, passwords } = context.services;
  const { clientAddress } = context.identity;
  const emailHash = keyedHash.ofEmail(normaliseEmail(email));
  const subject = emailHash.toString('base64url');

  return limitedAttempt('sign-in', subject, context, async (refusal): Promise<SignInResult> => {
    const isAdmitted = refusal === null || (await knownNetworks.admit(subject, clientAddress));
    const account = await accounts.findByEmailHash(emailHash);
    // Hashed in every case: a refusal takes as long where the network is known to the account as where it is not.
    const proven = await passwords.verify((isAdmitted && account?.passwordHash) || null, password);
    if (!account || !proven) return refusal ?? invalidCredentials;

    const tooManySessions = await attempts.count('open-session', subject, undefined);
    if (tooManySessions) return tooManySessions;
    await attempts.forget('sign-in', subject, clientAddress);
    await knownNetworks.remember(subject, clientAddress);
    return (await startSession(account, context.services)) ?? invalidCredentials;
  });
}
