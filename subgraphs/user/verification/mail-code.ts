import { z } from 'zod';
import { checkInput } from '../../../platform/graphql/invalid-input.ts';
import { email } from '../accounts/account-input.ts';
import type { UserContext } from '../context.ts';
import type { Mail } from './mailer.ts';

const input = z.object({ email });

/** The differences between codes for sign-up and for a password reset. */
export interface MailedCode {
  readonly attempt: 'request-verification' | 'request-password-reset';
  readonly codes: 'codes' | 'resetCodes';
  /** To a registered address, and to any other. */
  readonly mails: {
    readonly registered: (address: string, code: string) => Mail;
    readonly unknown: (address: string, code: string) => Mail;
  };
}

/**
 * Mails a code to an address. The steps and their order do not depend on whether the address is registered; only the text of the mail
 * does.
 *
 * @returns when the code stops working, or a refusal
 */
export async function mailCode(
  { attempt, codes, mails }: MailedCode,
  given: z.input<typeof input>,
  { services, identity }: UserContext,
) {
  const checked = checkInput(input, given);
  if (!checked.ok) return checked.refusal;
  const { email: address } = checked.value;

  const emailHash = services.keyedHash.ofEmail(address);
  const subject = emailHash.toString('base64url');
  const refusal = await services.attempts.count(attempt, subject, identity.clientAddress);
  if (refusal) return refusal;

  const { code, expiresAt } = await services[codes].issue(emailHash, identity.clientAddress);
  const account = await services.accounts.findByEmailHash(emailHash);
  await services.mailer.send((account ? mails.registered : mails.unknown)(address, code));
  return { expiresAt };
}
