import { z } from 'zod';
import { checkInput } from '../../../platform/graphql/invalid-input.ts';
import type { ResetPasswordInput, ResetPasswordResult } from '../__generated__/resolvers-types.ts';
import { email, password } from '../accounts/account-input.ts';
import type { UserContext } from '../context.ts';
import { networkKeyOf } from '../personal-data/hashed-network.ts';
import { limitedAttempt } from '../attempt-limits/limited-attempt.ts';
import { invalidVerificationCode } from '../accounts/refusals.ts';
import { useCode } from '../verification/use-code.ts';

const input = z.object({ email, resetCode: z.string(), newPassword: password });

/** The code is checked last, so that it is not used up by input that is refused. A wrong one costs no hash. */
export async function resetPassword(
  given: ResetPasswordInput,
  context: UserContext,
): Promise<ResetPasswordResult> {
  const checked = checkInput(input, given);
  if (!checked.ok) return checked.refusal;
  const { email: address, resetCode, newPassword } = checked.value;

  const { services, identity } = context;
  const { clientAddress } = identity;
  const emailHash = services.keyedHash.ofEmail(address);
  const subject = emailHash.toString('base64url');
  return limitedAttempt('reset-password', subject, context, async (refusal): Promise<ResetPasswordResult> => {
    const presented = { code: resetCode, clientAddress, isOwnOnly: refusal !== null };
    const claim = await services.resetCodes.claim(emailHash, presented);
    if (!claim) return refusal ?? invalidVerificationCode;

    const isSet = await useCode(claim, () => setPassword(emailHash, newPassword, context));
    if (!isSet) return invalidVerificationCode;
    // The mailbox was proven, so earlier failures from this network were the owner's.
    await services.attempts.reset('reset-password', subject, clientAddress);
    await services.attempts.reset('sign-in', subject, clientAddress);
    await services.knownNetworks.removeAll(subject);
    await services.knownNetworks.remember(subject, clientAddress);
    return { __typename: 'PasswordReset', resetAt: new Date() };
  });
}

/** The new password and the revocation of all sessions are one transaction. @returns false when there is no such account */
async function setPassword(
  emailHash: Buffer,
  newPassword: string,
  { services, identity }: UserContext,
): Promise<boolean> {
  const { accounts, revokedSessions, passwords, passwordWork, sessions } = services;
  const account = await accounts.findByEmailHash(emailHash);
  if (!account) return false;
  const to = await passwordWork.run(networkKeyOf(identity), () => passwords.hash(newPassword));
  return sessions.changePassword({
    accountId: account.id,
    from: null,
    to,
    keepSessionId: null,
    publishRevoked: revokedSessions.publish,
  });
}
