import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { Fault } from '../../platform/errors.ts';
import { checkInput } from '../../platform/graphql/invalid-input.ts';
import type { Role, SignUpInput, SignUpResult } from './__generated__/resolvers-types.ts';
import { address, email, password, personName, phoneNumber } from './account-input.ts';
import type { UserContext } from './context.ts';
import type { Account } from './entities/account.ts';
import type { Profile } from './personal-fields.ts';
import { emailAlreadyRegistered, invalidVerificationCode } from './refusals.ts';
import type { UserServices } from './services.ts';
import { startSession } from './start-session.ts';

const input = z.object({
  email,
  verificationCode: z.string(),
  password,
  name: personName,
  phoneNumber,
  address,
});

/** The code is looked at last, so that it is not used up by input that is refused. */
export async function signUp(given: SignUpInput, { services, identity }: UserContext): Promise<SignUpResult> {
  const checked = checkInput(input, given);
  if (!checked.ok) return checked.refusal;
  const { verificationCode, password: chosen, ...profile } = checked.value;

  const emailHash = services.keyedHash.ofEmail(profile.email);
  const subject = emailHash.toString('base64url');
  const refusal = await services.attempts.count('sign-up', subject, identity.clientAddress);
  if (refusal) return refusal;
  if (!(await services.codes.present(emailHash, verificationCode))) return invalidVerificationCode;
  await services.attempts.forget('sign-up', subject, identity.clientAddress);

  if (await services.accounts.findByEmailHash(emailHash)) return emailAlreadyRegistered;
  const account = await newAccount({ profile, password: chosen, role: 'USER' }, services);
  if (!(await services.accounts.insert(account))) return emailAlreadyRegistered;

  const session = await startSession(account, services);
  if (!session) throw new Fault('UNAUTHENTICATED', 'The password was changed meanwhile. Sign in.');
  return session;
}

interface NewAccount {
  readonly profile: Profile;
  readonly password: string;
  readonly role: Role;
}

/** Ready to be inserted: the personal fields encrypted, the password hashed. */
export async function newAccount(
  { profile, password: chosen, role }: NewAccount,
  { keyedHash, passwords, personal }: UserServices,
): Promise<Account> {
  const id = uuidv7();
  return {
    id,
    role,
    emailHash: keyedHash.ofEmail(profile.email),
    passwordHash: await passwords.hash(chosen),
    ...personal.seal(id, profile),
    createdAt: new Date(),
  };
}
