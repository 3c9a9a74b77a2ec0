import DataLoader from 'dataloader';
import { Fault } from '../../platform/errors.ts';
import type { ContextMaker, SubgraphContext } from '../../platform/graphql/subgraph-context.ts';
import type { Caller } from '../../platform/identity/identity.ts';
import type { Account } from './accounts/account.ts';
import type { UserServices } from './services.ts';

export type { UserServices };

export interface UserContext extends SubgraphContext {
  readonly services: UserServices;
  /** Batches the reads of one request. Null for an account that does not exist. */
  readonly accounts: DataLoader<string, Account | null>;
}

export const contextMaker =
  (services: UserServices): ContextMaker<UserContext> =>
  (base) =>
    Object.assign(base, {
      services,
      accounts: new DataLoader<string, Account | null>((ids) => loadAccounts(ids, services)),
    });

async function loadAccounts(ids: readonly string[], { accounts }: UserServices): Promise<(Account | null)[]> {
  const byId = new Map((await accounts.findByIds(ids)).map((account) => [account.id, account]));
  return ids.map((id) => byId.get(id) ?? null);
}

/** @throws {Fault} UNAUTHENTICATED for an anonymous request */
export function callerOf(context: UserContext): Caller {
  if (!context.caller) throw new Fault('UNAUTHENTICATED');
  return context.caller;
}

/** @throws {Fault} UNAUTHENTICATED for an anonymous request, or when the account does not exist any more */
export async function accountOfCaller(context: UserContext): Promise<Account> {
  const account = await context.accounts.load(callerOf(context).userId);
  if (!account) throw new Fault('UNAUTHENTICATED');
  return account;
}
