import DataLoader from 'dataloader';
import { Fault } from '../../platform/errors.ts';
import type { SubgraphContext } from '../../platform/graphql/subgraph-context.ts';
import type { Caller } from '../../platform/identity/identity.ts';
import type { Account } from './accounts/account.ts';
import type { UserServices } from './services.ts';

export interface UserContext extends SubgraphContext {
  /** Accounts by id: one query for all that a request asks for at once. Null when there is none. */
  readonly accounts: DataLoader<string, Account | null>;
  readonly services: UserServices;
}

export function createUserContext(base: SubgraphContext, services: UserServices): UserContext {
  return { ...base, services, accounts: new DataLoader((ids) => loadAccounts(ids, services)) };
}

async function loadAccounts(ids: readonly string[], { accounts }: UserServices): Promise<(Account | null)[]> {
  const byId = new Map((await accounts.findByIds(ids)).map((account) => [account.id, account]));
  return ids.map((id) => byId.get(id) ?? null);
}

/** @throws {Fault} UNAUTHENTICATED when nobody is signed in */
export function callerOf(context: UserContext): Caller {
  if (!context.caller) throw new Fault('UNAUTHENTICATED');
  return context.caller;
}

/** @throws {Fault} UNAUTHENTICATED when nobody is signed in, or the account is gone */
export async function accountOfCaller(context: UserContext): Promise<Account> {
  const account = await context.accounts.load(callerOf(context).userId);
  if (!account) throw new Fault('UNAUTHENTICATED');
  return account;
}
