import type { Caller } from '../../../platform/identity/identity.ts';
import type { User } from '../__generated__/resolvers-types.ts';
import type { Account } from './account.ts';
import type { PersonalFields } from '../personal-data/personal-fields.ts';

/**
 * The only conversions of an account to a `User`. Fields that the caller may not see are never decrypted, and are null on the object
 * itself: so they stay hidden on every path, `_entities` included, whatever is selected.
 */
export function visibleTo(caller: Caller | null, account: Account, personal: PersonalFields): User {
  const mayRead = caller !== null && (caller.userId === account.id || caller.scopes.has('user:read'));
  return mayRead ? fullProfile(account, personal) : { ...publicPart(account), ...HIDDEN };
}

/** With all personal fields: only for a caller who has just been authenticated as this user. */
export function fullProfile(account: Account, personal: PersonalFields): User {
  return { ...publicPart(account), ...personal.open(account) };
}

const publicPart = ({ id, role, createdAt }: Account) => ({ id, role, createdAt });

const HIDDEN = { email: null, name: null, phoneNumber: null, address: null };
