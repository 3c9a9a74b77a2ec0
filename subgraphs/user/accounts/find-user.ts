import { parseUuid } from '../../../platform/uuid.ts';
import type { User } from '../__generated__/resolvers-types.ts';
import { callerOf, type UserContext } from '../context.ts';
import { visibleTo } from './visible-user.ts';

/** Null when there is none. Personal fields are null unless the caller may read them. */
export async function findUser(
  id: string,
  { accounts, caller, services }: UserContext,
): Promise<User | null> {
  const canonical = parseUuid(id);
  const account = canonical === null ? null : await accounts.load(canonical);
  return account && visibleTo(caller, account, services.personal);
}

export const findMe = (context: UserContext): Promise<User | null> =>
  findUser(callerOf(context).userId, context);
