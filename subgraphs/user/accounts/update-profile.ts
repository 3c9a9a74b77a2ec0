import { z } from 'zod';
import { checkInput } from '../../../platform/graphql/invalid-input.ts';
import type { UpdateProfileInput, UpdateProfileResult } from '../__generated__/resolvers-types.ts';
import { address, personName, phoneNumber } from './account-input.ts';
import { accountOfCaller, type UserContext } from '../context.ts';
import { fullProfile } from './visible-user.ts';

const input = z.object({
  name: personName.nullish(),
  phoneNumber: phoneNumber.nullish(),
  address: address.nullish(),
});

/** No field can be cleared, so null means the same as an omitted field. An address is replaced as a whole. */
export async function updateProfile(
  given: UpdateProfileInput,
  context: UserContext,
): Promise<UpdateProfileResult> {
  const { accounts, services } = context;
  const checked = checkInput(input, given);
  if (!checked.ok) return checked.refusal;

  const { id } = await accountOfCaller(context);
  const changes = services.personal.sealChanges(id, checked.value);
  if (Object.keys(changes).length > 0) {
    await services.accounts.update(id, changes);
    accounts.clear(id);
  }
  const user = fullProfile(await accountOfCaller(context), services.personal);
  return { __typename: 'ProfileUpdated', user };
}
