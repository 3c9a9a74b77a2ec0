import type { SignInInput, SignInResult } from '../__generated__/resolvers-types.ts';
import { normaliseEmail } from '../accounts/account-input.ts';
import type { UserContext } from '../context.ts';
import type { Account } from '../accounts/account.ts';
import { networkKeyOf } from '../personal-data/hashed-network.ts';
import { limitedAttempt } from '../attempt-limits/limited-attempt.ts';
import { invalidCredentials } from '../accounts/refusals.ts';
import { startSession } from './start-session.ts';

/**
 * Neither the response nor its time shows whether the address or the password was wrong.
 *
 * @throws {Fault} UNAVAILABLE with `retryAfterMs` when the sign-in was shed from the queue: no attempt was counted
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
    // Hashed in every case: a refusal takes equally long whether the network is known to the account or not.
    const check = await passwords.verify((isAdmitted && account?.passwordHash) || null, password);
    if (!account || check === 'wrong') return refusal ?? invalidCredentials;

    const tooManySessions = await attempts.count('open-session', subject, undefined);
    if (tooManySessions) return tooManySessions;
    await attempts.reset('sign-in', subject, clientAddress);
    await knownNetworks.remember(subject, clientAddress);
    const upToDate = check === 'outdated' ? await renewHash(account, password, context) : account;
    return (await startSession(upToDate, context.services)) ?? invalidCredentials;
  });
}

/** A password that was changed meanwhile stays as it is; then no session starts with the hash that is returned. */
async function renewHash(account: Account, password: string, { services }: UserContext): Promise<Account> {
  const passwordHash = await services.passwords.hash(password);
  await services.accounts.renewPasswordHash(account.id, account.passwordHash, passwordHash);
  return { ...account, passwordHash };
}
