import { z } from 'zod';
import { checkInput } from '../../../platform/graphql/invalid-input.ts';
import { clientKeyOf } from '../../../platform/rate-limit/client-key.ts';
import type { ChangePasswordInput, ChangePasswordResult } from '../__generated__/resolvers-types.ts';
import { password } from '../accounts/account-input.ts';
import { accountOfCaller, callerOf, type UserContext } from '../context.ts';
import type { Account } from '../accounts/account.ts';
import { limitedAttempt } from '../attempt-limits/limited-attempt.ts';
import { wrongCurrentPassword } from '../accounts/refusals.ts';
import { fullProfile } from '../accounts/visible-user.ts';

const input = z.object({ currentPassword: z.string(), newPassword: password });

/** The new password and the revocation of the other sessions are one transaction. */
export async function changePassword(
  given: ChangePasswordInput,
  context: UserContext,
): Promise<ChangePasswordResult> {
  const checked = checkInput(input, given);
  if (!checked.ok) return checked.refusal;
  const { value } = checked;

  const account = await accountOfCaller(context);
  const { attempts, passwordWork } = context.services;
  return passwordWork.run(clientKeyOf(context), () =>
    limitedAttempt('change-password', account.id, context, async (refusal): Promise<ChangePasswordResult> => {
      const changed = await replacePassword(account, value, refusal !== null, context);
      if (!changed) return refusal ?? wrongCurrentPassword;
      context.accounts.clear(account.id);
      await attempts.reset('change-password', account.id, context.identity.clientAddress);
      return { __typename: 'PasswordChanged', user: fullProfile(account, context.services.personal) };
    }),
  );
}

/** @returns false when the current password is another one, or the network is not known where it must be */
async function replacePassword(
  account: Account,
  { currentPassword, newPassword }: z.output<typeof input>,
  mustBeKnown: boolean,
  context: UserContext,
): Promise<boolean> {
  const { revokedSessions, knownNetworks, passwords, sessions } = context.services;
  const { clientAddress } = context.identity;
  const subject = account.emailHash.toString('base64url');
  const isAdmitted = !mustBeKnown || (await knownNetworks.admit(subject, clientAddress));
  const check = await passwords.verify(isAdmitted ? account.passwordHash : null, currentPassword);
  if (check === 'wrong') return false;

  const changed = await sessions.changePassword({
    accountId: account.id,
    from: account.passwordHash,
    to: await passwords.hash(newPassword),
    keepSessionId: callerOf(context).sessionId,
    publishRevoked: revokedSessions.publish,
  });
  if (!changed) return false;
  await knownNetworks.removeAll(subject);
  await knownNetworks.remember(subject, clientAddress);
  return true;
}
