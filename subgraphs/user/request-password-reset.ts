import { z } from 'zod';
import { checkInput } from '../../platform/graphql/invalid-input.ts';
import type {
  RequestPasswordResetInput,
  RequestPasswordResetResult,
} from './__generated__/resolvers-types.ts';
import { email } from './account-input.ts';
import type { UserContext } from './context.ts';
import { noAccountMail, passwordResetMail } from './mails.ts';

const input = z.object({ email });

/** Registered or not, the same is done in the same order, a mail included; only the mailbox learns which. */
export async function requestPasswordReset(
  given: RequestPasswordResetInput,
  { services, identity }: UserContext,
): Promise<RequestPasswordResetResult> {
  const checked = checkInput(input, given);
  if (!checked.ok) return checked.refusal;
  const { email: address } = checked.value;

  const emailHash = services.keyedHash.ofEmail(address);
  const refusal = await services.attempts.count(
    'request-password-reset',
    emailHash.toString('base64url'),
    identity.clientAddress,
  );
  if (refusal) return refusal;

  const { code, expiresAt } = await services.resetCodes.issue(emailHash, identity.clientAddress);
  const account = await services.accounts.findByEmailHash(emailHash);
  await services.mailer.send(account ? passwordResetMail(address, code) : noAccountMail(address));
  return { __typename: 'PasswordResetRequested', expiresAt };
}
