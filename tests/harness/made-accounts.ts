import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { v7 as uuidv7 } from 'uuid';
import { createFieldCipher } from '../../platform/personal-data/field-cipher.ts';
import { uuidToBytes } from '../../platform/uuid.ts';
import { createKeyedHash } from '../../subgraphs/user/personal-data/keyed-hash.ts';
import { createPasswords } from '../../subgraphs/user/passwords/passwords.ts';
import { createPersonalFields } from '../../subgraphs/user/personal-data/personal-fields.ts';
import type { Stack } from './stack.ts';
import type { TestStores } from './stores.ts';

export interface MadeAccount {
  readonly email: string;
  readonly password: string;
}

/** Accounts by the thousand, written to MySQL as a sign-up would, but with one password, so that it is hashed once. */
export async function makeAccounts(
  stack: Stack,
  stores: TestStores,
  emails: readonly string[],
): Promise<MadeAccount[]> {
  const password = 'correct horse battery';
  const lookupKey = await readFile(join(dirname(stack.mailFolder), 'secrets', 'LOOKUP_KEY'), 'utf8');
  const keyedHash = createKeyedHash(lookupKey);
  const personal = createPersonalFields(createFieldCipher(stack.encryptionKeys));
  const passwordHash = await (await createPasswords()).hash(password);

  const rows = emails.map((email) => {
    const id = uuidv7();
    const sealed = personal.seal(id, {
      email,
      name: 'Honest Buyer',
      phoneNumber: '+82 2 0000 0000',
      address: { postalCode: '00000', line1: 'Not given', line2: null },
    });
    const { name, phoneNumber, address } = sealed;
    const hash = keyedHash.ofEmail(email);
    return [
      uuidToBytes(id),
      hash,
      'USER',
      passwordHash,
      sealed.email,
      name,
      phoneNumber,
      address,
      new Date(),
    ];
  });
  const database = await createConnection(`${stores.mysqlUrl}_user`);
  for (let done = 0; done < rows.length; done += 1_000) {
    await database.query(
      'INSERT INTO account (id, email_hash, role, password_hash, email, name, phone_number, address, created_at) VALUES ?',
      [rows.slice(done, done + 1_000)],
    );
  }
  await database.end();
  return emails.map((email) => ({ email, password }));
}
