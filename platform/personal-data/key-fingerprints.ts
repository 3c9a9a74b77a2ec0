import { createHmac } from 'node:crypto';
import type { Pool, RowDataPacket } from 'mysql2/promise';
import { ConfigurationError } from '../config/environment.ts';
import { folderOfMadeSecret } from '../config/secrets.ts';
import { parseEncryptionKeys } from './field-cipher.ts';

/** A key that data in a database depends on. */
export interface FingerprintedKey {
  /** Of the key, for good: `LOOKUP_KEY`, or `ENCRYPTION_KEYS k1`. */
  readonly name: string;
  readonly secret: string | Buffer;
  /** Whether data that is there was made by this key; null: there is none. Called where no fingerprint is stored. */
  fits(): Promise<boolean | null>;
}

/**
 * Compares keys with the fingerprints that the database holds, and stores those that it lacks. A process with another key would start, and
 * find no account or be able to read none. A fingerprint is an HMAC under the key itself, so the key cannot be read from it.
 *
 * @param dataDir where keys that were not set have been made
 * @throws {ConfigurationError} for the first key that does not fit
 */
export async function assertKeysFit(
  pool: Pool,
  keys: readonly FingerprintedKey[],
  dataDir: string,
): Promise<void> {
  for (const key of keys) {
    const fingerprint = createHmac('sha256', key.secret).update(`fingerprint\0${key.name}`).digest();
    const stored = await storedFingerprint(pool, key.name);
    if (stored ? !stored.equals(fingerprint) : (await key.fits()) === false)
      throw doesNotFit(key.name, dataDir);
    if (stored) continue;
    // Of several processes that start at once, the first one's is kept.
    await pool.query('INSERT IGNORE INTO key_fingerprint (name, fingerprint) VALUES (?, ?)', [
      key.name,
      fingerprint,
    ]);
    if (!(await storedFingerprint(pool, key.name))?.equals(fingerprint)) throw doesNotFit(key.name, dataDir);
  }
}

const ENCRYPTION = 'ENCRYPTION_KEYS ';

/**
 * As `assertKeysFit`, of all keys that texts are encrypted under. A key that was taken out after its texts were encrypted anew is not missed.
 *
 * @param keys the secret ENCRYPTION_KEYS
 * @param dataDir as above
 * @param isReadable whether a stored text that begins so, as those under one key do, can be decrypted; null: there is none
 */
export async function assertEncryptionKeysFit(
  pool: Pool,
  keys: string,
  dataDir: string,
  isReadable: (beginning: string) => Promise<boolean | null>,
): Promise<void> {
  const byId = parseEncryptionKeys(keys);
  const isReadableUnder = (id: string) => isReadable(`${escapeLike(id)}.`);
  const stored = await namesOfFingerprints(pool, ENCRYPTION);
  // Before anything is stored: later nothing would reveal texts under an unknown key.
  if (stored.length === 0) {
    for (const id of byId.keys())
      if ((await isReadableUnder(id)) === false) throw doesNotFit(ENCRYPTION + id, dataDir);
    if ((await isReadable('')) === false) throw doesNotFit(ENCRYPTION.trim(), dataDir);
  }
  for (const name of stored) {
    const id = name.slice(ENCRYPTION.length);
    if (!byId.has(id) && (await isReadableUnder(id)) !== null) throw doesNotFit(name, dataDir);
  }
  await assertKeysFit(
    pool,
    [...byId].map(([id, secret]) => ({
      name: `${ENCRYPTION}${id}`,
      secret,
      fits: () => isReadableUnder(id),
    })),
    dataDir,
  );
}

const escapeLike = (text: string): string => text.replace(/[_%]/g, '\\$&');

/** @returns names that begin so, of which a fingerprint is stored */
async function namesOfFingerprints(pool: Pool, prefix: string): Promise<string[]> {
  const [rows] = await pool.query<(RowDataPacket & { readonly name: string })[]>(
    'SELECT name FROM key_fingerprint WHERE name LIKE ?',
    [`${escapeLike(prefix)}%`],
  );
  return rows.map(({ name }) => name);
}

async function storedFingerprint(pool: Pool, name: string): Promise<Buffer | undefined> {
  const [[row]] = await pool.query<(RowDataPacket & { readonly fingerprint: Buffer })[]>(
    'SELECT fingerprint FROM key_fingerprint WHERE name = ?',
    [name],
  );
  return row?.fingerprint;
}

/** After a first try without settings, keys of `npm run secrets` meet a database that was made with those of the try. */
function doesNotFit(name: string, dataDir: string): ConfigurationError {
  const [setting = ''] = name.split(' ');
  const folder = folderOfMadeSecret(setting, dataDir);
  const where = folder
    ? `: it may be the one in ${folder}, which is used while ${setting} is not set. To start afresh, set DATA_DIR to a new folder, or MYSQL_URL to an empty server.`
    : '.';
  return new ConfigurationError(
    `${name} does not fit the database: what is stored there was made with another key. Set the key of that time${where}`,
  );
}
