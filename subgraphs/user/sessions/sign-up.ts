import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { Fault } from '../../../platform/errors.ts';
import { checkInput } from '../../../platform/graphql/invalid-input.ts';
import type { Role, SignUpInput, SignUpResult } from '../__generated__/resolvers-types.ts';
import { address, email, password, personName, phoneNumber } from '../accounts/account-input.ts';
import type { UserContext, UserServices } from '../context.ts';
import type { Account } from '../accounts/account.ts';
import type { Profile } from '../personal-data/personal-fields.ts';
import { networkKeyOf } from '../personal-data/hashed-network.ts';
import { limitedAttempt } from '../attempt-limits/limited-attempt.ts';
import { emailAlreadyRegistered, invalidVerificationCode } from '../accounts/refusals.ts';
import { startSession } from './start-session.ts';
import { useCode } from '../verification/use-code.ts';

const input = z.object({
  email,
  verificationCode: z.string(),
  password,
  name: personName,
  phoneNumber,
  address,
});

/** The code is checked last, so that it is not used up by input that is refused. */
export async function signUp(given: SignUpInput, context: UserContext): Promise<SignUpResult> {
  const checked = checkInput(input, given);
  if (!checked.ok) return checked.refusal;
  const { verificationCode, password: chosen, ...profile } = checked.value;

  const { services, identity } = context;
  const { clientAddress } = identity;
  const emailHash = services.keyedHash.ofEmail(profile.email);
  const subject = emailHash.toString('base64url');
  return limitedAttempt('sign-up', subject, context, async (refusal): Promise<SignUpResult> => {
    const presented = { code: verificationCode, clientAddress, isOwnOnly: refusal !== null };
    const claim = await services.codes.claim(emailHash, presented);
    if (!claim) return refusal ?? invalidVerificationCode;
    await services.attempts.reset('sign-up', subject, clientAddress);

    const account = await useCode(claim, () => insertAccount(emailHash, profile, chosen, context));
    if (!account) return emailAlreadyRegistered;
    await services.knownNetworks.remember(subject, clientAddress);
    const session = await startSession(account, services);
    if (!session) throw new Fault('UNAUTHENTICATED', 'The password was changed meanwhile. Sign in.');
    return session;
  });
}

/** @returns null when the address has an account already */
async function insertAccount(
  emailHash: Buffer,
  profile: Profile,
  chosen: string,
  { services, identity }: UserContext,
): Promise<Account | null> {
  const { accounts, passwordWork } = services;
  if (await accounts.findByEmailHash(emailHash)) return null;
  const account = await passwordWork.run(networkKeyOf(identity), () =>
    newAccount({ profile, password: chosen, role: 'USER' }, services),
  );
  return (await accounts.insert(account)) ? account : null;
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
