import type { SignInInput, SignInResult } from './__generated__/resolvers-types.ts';
import { normaliseEmail } from './account-input.ts';
import type { UserContext } from './context.ts';
import { invalidCredentials } from './refusals.ts';
import { startSession } from './start-session.ts';

/** Whether the address or the password was wrong shows neither in the answer nor in the time that it takes. */
export async function signIn(
  { email, password }: SignInInput,
  { services, identity }: UserContext,
): Promise<SignInResult> {
  const emailHash = services.keyedHash.ofEmail(normaliseEmail(email));
  const subject = emailHash.toString('base64url');
  const refusal = await services.attempts.count('sign-in', subject, identity.clientAddress);
  if (refusal) return refusal;

  const account = await services.accounts.findByEmailHash(emailHash);
  const proven = await services.passwords.verify(account?.passwordHash ?? null, password);
  if (!account || !proven) return invalidCredentials;

  await services.attempts.forget('sign-in', subject, identity.clientAddress);
  return (await startSession(account, services)) ?? invalidCredentials;
}
