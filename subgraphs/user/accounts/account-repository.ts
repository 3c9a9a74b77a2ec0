import type { Database } from '../../../platform/mysql/database.ts';
import { isDuplicateKey } from '../../../platform/mysql/errors.ts';
import { uuidToBytes } from '../../../platform/uuid.ts';
import type { Role } from '../__generated__/resolvers-types.ts';
import { Account } from './account.ts';

export interface AccountRepository {
  /** In no particular order; ids without an account are left out. */
  findByIds(ids: readonly string[]): Promise<Account[]>;
  findByEmailHash(emailHash: Buffer): Promise<Account | null>;
  /** @returns false when the address has an account already; then nothing is written */
  insert(account: Account): Promise<boolean>;
  update(id: string, changes: Partial<Pick<Account, 'name' | 'phoneNumber' | 'address'>>): Promise<void>;
  /** Replaces the hash `from` by another one of the same password, if it is still the account's. */
  renewPasswordHash(id: string, from: string, to: string): Promise<void>;
  setRole(id: string, role: Role): Promise<void>;
}

export function createAccountRepository({ orm }: Database): AccountRepository {
  const accounts = orm.getRepository(Account);

  async function update(id: string, changes: Partial<Account>): Promise<void> {
    await accounts
      .createQueryBuilder()
      .update()
      .set(changes)
      .where('id = :id', { id: uuidToBytes(id) })
      .execute();
  }

  return {
    findByIds: (ids) =>
      accounts
        .createQueryBuilder('account')
        .where('account.id IN (:...ids)', { ids: ids.map(uuidToBytes) })
        .getMany(),
    findByEmailHash: (emailHash) =>
      accounts.createQueryBuilder('account').where('account.emailHash = :emailHash', { emailHash }).getOne(),
    insert: async (account) => {
      try {
        await accounts.createQueryBuilder().insert().values(account).updateEntity(false).execute();
        return true;
      } catch (error) {
        if (isDuplicateKey(error)) return false;
        throw error;
      }
    },
    update,
    renewPasswordHash: async (id, from, to) => {
      await accounts
        .createQueryBuilder()
        .update()
        .set({ passwordHash: to })
        .where('id = :id AND passwordHash = :from', { id: uuidToBytes(id), from })
        .execute();
    },
    setRole: (id, role) => update(id, { role }),
  };
}
