import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { ConfigurationError } from '../config/environment.ts';

/**
 * Personal fields at rest: AES-256-GCM (NIST SP 800-38D) under a key that the stored text names, so that keys can be
 * changed while texts under older ones stay readable.
 */
export interface FieldCipher {
  /**
   * @param place what the text is and whose, for example `user.email:<id>`. It is authenticated, not stored: a text
   *   that is copied to another row or column does not decrypt there.
   * @returns ASCII: the key's id, a full stop, and base64url of nonce, ciphertext and tag
   */
  encrypt(plain: string, place: string): string;
  /** @throws when the text was altered, belongs to another place, or its key is not known; the message gives no details */
  decrypt(stored: string, place: string): string;
}

const ALGORITHM = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * @param keys the secret ENCRYPTION_KEYS: `id:base64url` pairs separated by commas. The first encrypts, all decrypt. `next:`
 * before a pair marks the key that is to encrypt after it is known to every process (see scripts/rotate-keys.ts).
 * @throws {ConfigurationError} when they are not that
 */
export function createFieldCipher(keys: string): FieldCipher {
  const byId = parseEncryptionKeys(keys);
  const [[currentId, currentKey]] = [...byId] as [[string, Buffer]];

  return {
    encrypt: (plain, place) => {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(ALGORITHM, currentKey, nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(Buffer.from(place));
      const sealed = [nonce, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()];
      return `${currentId}.${Buffer.concat(sealed).toString('base64url')}`;
    },
    decrypt: (stored, place) => {
      const [id = '', body = ''] = stored.split('.', 2);
      const key = byId.get(id);
      const sealed = Buffer.from(body, 'base64url');
      if (!key || sealed.length < NONCE_BYTES + TAG_BYTES)
        throw new Error('A personal field has no known key.');
      return open(key, sealed, place);
    },
  };
}

function open(key: Buffer, sealed: Buffer, place: string): string {
  const decipher = createDecipheriv(ALGORITHM, key, sealed.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(Buffer.from(place));
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  const text = decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES));
  try {
    return Buffer.concat([text, decipher.final()]).toString('utf8');
  } catch {
    throw new Error('A personal field was altered or belongs elsewhere.');
  }
}

/** @returns by their ids, in order. @throws {ConfigurationError} when they are no keys */
export function parseEncryptionKeys(keys: string): ReadonlyMap<string, Buffer> {
  const pairs = keys.split(',').map((pair) => {
    const [, id, secret] = /^(?:next:)?([\w-]{1,32}):([\w-]+)$/.exec(pair.trim()) ?? [];
    const key = Buffer.from(secret ?? '', 'base64url');
    if (!id || key.length !== KEY_BYTES) {
      throw new ConfigurationError(
        'ENCRYPTION_KEYS is not acceptable: expected id:key pairs separated by commas, each key 32 bytes in base64url.',
      );
    }
    return [id, key] as const;
  });
  const byId = new Map(pairs);
  if (byId.size < pairs.length) {
    throw new ConfigurationError('ENCRYPTION_KEYS is not acceptable: two keys have the same id.');
  }
  return byId;
}
