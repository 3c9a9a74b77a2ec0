import { createHmac } from 'node:crypto';
import type { Pool, RowDataPacket } from 'mysql2/promise';
import { ConfigurationError } from '../config/environment.ts';

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
 * @throws {ConfigurationError} for the first key that does not fit
 */
export async function assertKeysFit(pool: Pool, keys: readonly FingerprintedKey[]): Promise<void> {
  for (const key of keys) {
    const fingerprint = createHmac('sha256', key.secret).update(`fingerprint\0${key.name}`).digest();
    const stored = await storedFingerprint(pool, key.name);
    if (stored ? !stored.equals(fingerprint) : (await key.fits()) === false) throw doesNotFit(key.name);
    if (stored) continue;
    // Of several processes that start at once, the first one's is kept.
    await pool.query('INSERT IGNORE INTO key_fingerprint (name, fingerprint) VALUES (?, ?)', [
      key.name,
      fingerprint,
    ]);
    if (!(await storedFingerprint(pool, key.name))?.equals(fingerprint)) throw doesNotFit(key.name);
  }
}

/** @returns names that begin so, of which a fingerprint is stored */
export async function namesOfFingerprints(pool: Pool, prefix: string): Promise<string[]> {
  const [rows] = await pool.query<(RowDataPacket & { readonly name: string })[]>(
    'SELECT name FROM key_fingerprint WHERE name LIKE ?',
    [`${prefix.replace(/[_%]/g, '\\$&')}%`],
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

export const doesNotFit = (name: string) =>
  new ConfigurationError(
    `${name} does not fit the database: what is stored there was made with another key. Set the key of that time.`,
  );
