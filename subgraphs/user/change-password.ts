import { z } from 'zod';
import { checkInput } from '../../platform/graphql/invalid-input.ts';
import type { ChangePasswordInput, ChangePasswordResult } from './__generated__/resolvers-types.ts';
import { password } from './account-input.ts';
import { accountOfCaller, callerOf, type UserContext } from './context.ts';
import { wrongCurrentPassword } from './refusals.ts';
import { visibleToThemselves } from './visible-user.ts';

const input = z.object({ currentPassword: z.string(), newPassword: password });

/** The new password and the end of the other sessions come together or not at all. */
export async function changePassword(
  given: ChangePasswordInput,
  context: UserContext,
): Promise<ChangePasswordResult> {
  const { services } = context;
  const checked = checkInput(input, given);
  if (!checked.ok) return checked.refusal;

  const account = await accountOfCaller(context);
  const { clientAddress } = context.identity;
  const refusal = await services.attempts.count('change-password', account.id, clientAddress);
  if (refusal) return refusal;
  const proven = await services.passwords.verify(account.passwordHash, checked.value.currentPassword);
  if (!proven) return wrongCurrentPassword;

  const changed = await services.sessions.changePassword({
    accountId: account.id,
    from: account.passwordHash,
    to: await services.passwords.hash(checked.value.newPassword),
    keepSessionId: callerOf(context).sessionId,
    announce: services.endedSessions.announce,
  });
  if (!changed) return wrongCurrentPassword;
  context.accounts.clear(account.id);
  await services.attempts.forget('change-password', account.id, clientAddress);
  return { __typename: 'PasswordChanged', user: visibleToThemselves(account, services.personal) };
}
