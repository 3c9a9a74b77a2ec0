import type {
  RequestEmailVerificationInput,
  RequestEmailVerificationResult,
} from '../__generated__/resolvers-types.ts';
import type { UserContext } from '../context.ts';
import { mailCode, type MailedCode } from './mail-code.ts';
import { alreadyRegisteredMail, verificationMail } from './mails.ts';

const CODE: MailedCode = {
  attempt: 'request-verification',
  codes: 'codes',
  mails: { registered: alreadyRegisteredMail, unknown: verificationMail },
};

export async function requestEmailVerification(
  given: RequestEmailVerificationInput,
  context: UserContext,
): Promise<RequestEmailVerificationResult> {
  const mailed = await mailCode(CODE, given, context);
  return 'expiresAt' in mailed ? { __typename: 'VerificationRequested', ...mailed } : mailed;
}
