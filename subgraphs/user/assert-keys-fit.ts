import type { RowDataPacket } from 'mysql2/promise';
import type { Database } from '../../platform/mysql/database.ts';
import { assertEncryptionKeysFit, assertKeysFit } from '../../platform/personal-data/key-fingerprints.ts';
import { bytesToUuid } from '../../platform/uuid.ts';
import type { UserConfig } from './config.ts';
import type { Account } from './accounts/account.ts';
import type { UserServices } from './services.ts';

/** @throws {ConfigurationError} when accounts were made with another LOOKUP_KEY or under other ENCRYPTION_KEYS */
export async function assertUserKeysFit(
  { pool }: Database,
  { DATA_DIR, secrets: { lookupKey, encryptionKeys } }: Pick<UserConfig, 'DATA_DIR' | 'secrets'>,
  services: Pick<UserServices, 'accounts' | 'keyedHash' | 'personal'>,
): Promise<void> {
  const accountOf = async (beginning: string): Promise<Account | undefined> => {
    const [[row]] = await pool.query<(RowDataPacket & { readonly id: Buffer })[]>(
      'SELECT id FROM account WHERE email LIKE ? LIMIT 1',
      [`${beginning}%`],
    );
    return row && (await services.accounts.findByIds([bytesToUuid(row.id)]))[0];
  };
  const emailOf = (account: Account): string | null => {
    try {
      return services.personal.open(account).email;
    } catch {
      return null;
    }
  };

  await assertEncryptionKeysFit(pool, encryptionKeys, DATA_DIR, async (beginning) => {
    const account = await accountOf(beginning);
    return account ? emailOf(account) !== null : null;
  });
  await assertKeysFit(
    pool,
    [
      {
        name: 'LOOKUP_KEY',
        secret: lookupKey,
        fits: async () => {
          const account = await accountOf('');
          if (!account) return null;
          const email = emailOf(account);
          return email === null || services.keyedHash.ofEmail(email).equals(account.emailHash);
        },
      },
    ],
    DATA_DIR,
  );
}
