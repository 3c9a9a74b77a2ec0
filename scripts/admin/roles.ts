import type { RowDataPacket } from 'mysql2/promise';
import type { Database } from '../../platform/mysql/database.ts';
import { inTransaction } from '../../platform/mysql/transaction.ts';
import type { Role } from '../../subgraphs/user/__generated__/resolvers-types.ts';
import { revokeSessionsOf, type PublishRevoked } from '../../subgraphs/user/sessions/session-repository.ts';

type RoleChange = 'changed' | 'unchanged' | 'noAccount';

/**
 * Changes the role of an account. What its sessions may do was decided when they began or were refreshed last, so an account that
 * loses a role loses its sessions as well.
 *
 * @param emailHash of its address: see `KeyedHash`
 */
export function changeRole(
  { pool }: Database,
  emailHash: Buffer,
  role: Role,
  publishRevoked: PublishRevoked,
): Promise<RoleChange> {
  return inTransaction(pool, async (connection) => {
    const [[account]] = await connection.execute<AccountRow[]>(
      'SELECT id, role FROM account WHERE email_hash = ? FOR UPDATE',
      [emailHash],
    );
    if (!account) return 'noAccount';
    if (account.role === role) return 'unchanged';
    await connection.execute('UPDATE account SET role = ? WHERE id = ?', [role, account.id]);
    if (role !== 'ADMIN') await revokeSessionsOf(connection, account.id, publishRevoked);
    return 'changed';
  });
}

type AccountRow = RowDataPacket & { readonly id: Buffer; readonly role: Role };
