import { z } from 'zod';
import { checkInput } from '../../platform/graphql/invalid-input.ts';
import type {
  RequestEmailVerificationInput,
  RequestEmailVerificationResult,
} from './__generated__/resolvers-types.ts';
import { email } from './account-input.ts';
import type { UserContext } from './context.ts';
import { alreadyRegisteredMail, verificationMail } from './mails.ts';

const input = z.object({ email });

/** Registered or not, the same is done in the same order; only the mailbox is told which. */
export async function requestEmailVerification(
  given: RequestEmailVerificationInput,
  { services, identity }: UserContext,
): Promise<RequestEmailVerificationResult> {
  const checked = checkInput(input, given);
  if (!checked.ok) return checked.refusal;
  const { email: address } = checked.value;

  const emailHash = services.keyedHash.ofEmail(address);
  const refusal = await services.attempts.count(
    'request-verification',
    emailHash.toString('base64url'),
    identity.clientAddress,
  );
  if (refusal) return refusal;

  const { code, expiresAt } = await services.codes.issue(emailHash, identity.clientAddress);
  const account = await services.accounts.findByEmailHash(emailHash);
  await services.mailer.send((account ? alreadyRegisteredMail : verificationMail)(address, code));
  return { __typename: 'VerificationRequested', expiresAt };
}
