import type {
  RequestPasswordResetInput,
  RequestPasswordResetResult,
} from '../__generated__/resolvers-types.ts';
import type { UserContext } from '../context.ts';
import { mailCode, type MailedCode } from '../verification/mail-code.ts';
import { noAccountMail, passwordResetMail } from '../verification/mails.ts';

const CODE: MailedCode = {
  attempt: 'request-password-reset',
  codes: 'resetCodes',
  mails: { registered: passwordResetMail, unknown: noAccountMail },
};

export async function requestPasswordReset(
  given: RequestPasswordResetInput,
  context: UserContext,
): Promise<RequestPasswordResetResult> {
  const mailed = await mailCode(CODE, given, context);
  return 'expiresAt' in mailed ? { __typename: 'PasswordResetRequested', ...mailed } : mailed;
}
