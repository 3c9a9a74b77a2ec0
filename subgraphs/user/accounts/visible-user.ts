import type { Caller } from '../../../platform/identity/identity.ts';
import type { User } from '../__generated__/resolvers-types.ts';
import type { Account } from './account.ts';
import type { PersonalFields } from '../personal-data/personal-fields.ts';

/**
 * The only ways from an account to a `User`. What the asker may not see is never decrypted, and is null on the object
 * itself: so it stays hidden on every path, `_entities` included, whatever is asked of it.
 */
export function visibleTo(caller: Caller | null, account: Account, personal: PersonalFields): User {
  const mayRead = caller !== null && (caller.userId === account.id || caller.scopes.has('user:read'));
  return mayRead ? visibleToThemselves(account, personal) : { ...publicPart(account), ...HIDDEN };
}

/** For somebody who has just proven to be this person. */
export function visibleToThemselves(account: Account, personal: PersonalFields): User {
  return { ...publicPart(account), ...personal.open(account) };
}

const publicPart = ({ id, role, createdAt }: Account) => ({ id, role, createdAt });

const HIDDEN = { email: null, name: null, phoneNumber: null, address: null };
