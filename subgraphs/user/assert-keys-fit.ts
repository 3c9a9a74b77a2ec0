import type { RowDataPacket } from 'mysql2/promise';
import type { Database } from '../../platform/mysql/database.ts';
import { parseEncryptionKeys } from '../../platform/personal-data/field-cipher.ts';
import {
  assertKeysFit,
  doesNotFit,
  namesOfFingerprints,
} from '../../platform/personal-data/key-fingerprints.ts';
import { bytesToUuid } from '../../platform/uuid.ts';
import type { UserConfig } from './config.ts';
import type { Account } from './entities/account.ts';
import type { UserServices } from './services.ts';

const ENCRYPTION = 'ENCRYPTION_KEYS ';

/** @throws {ConfigurationError} when accounts were made with another LOOKUP_KEY or under other ENCRYPTION_KEYS */
export async function assertUserKeysFit(
  { pool }: Database,
  { lookupKey, encryptionKeys }: UserConfig['secrets'],
  services: Pick<UserServices, 'accounts' | 'keyedHash' | 'personal'>,
): Promise<void> {
  const accountUnder = async (keyId: string | null): Promise<Account | undefined> => {
    const [[row]] = await pool.query<(RowDataPacket & { readonly id: Buffer })[]>(
      'SELECT id FROM account WHERE email LIKE ? LIMIT 1',
      [keyId === null ? '%' : `${keyId.replace(/[_%]/g, '\\$&')}.%`],
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

  const keys = parseEncryptionKeys(encryptionKeys);
  // A key that was taken out after its texts were encrypted anew is not missed.
  for (const name of await namesOfFingerprints(pool, ENCRYPTION)) {
    const id = name.slice(ENCRYPTION.length);
    if (!keys.has(id) && (await accountUnder(id))) throw doesNotFit(name);
  }
  await assertKeysFit(pool, [
    ...[...keys].map(([id, secret]) => ({
      name: `${ENCRYPTION}${id}`,
      secret,
      fits: async () => {
        const account = await accountUnder(id);
        return account ? emailOf(account) !== null : null;
      },
    })),
    {
      name: 'LOOKUP_KEY',
      secret: lookupKey,
      fits: async () => {
        const account = await accountUnder(null);
        if (!account) return null;
        const email = emailOf(account);
        if (email === null) throw doesNotFit('ENCRYPTION_KEYS');
        return services.keyedHash.ofEmail(email).equals(account.emailHash);
      },
    },
  ]);
}
