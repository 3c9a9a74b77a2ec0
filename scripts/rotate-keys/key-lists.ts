import { ConfigurationError } from '../../platform/config/environment.ts';
import { makeEncryptionKey, makeSigningKey, type SecretName } from '../../platform/config/secrets.ts';
import { createFieldCipher } from '../../platform/personal-data/field-cipher.ts';

/** One key of a secret that holds several. The first is in use; all are known to every process that has the secret. */
export interface ListedKey {
  readonly id: string;
  /** It is to be used after it is known everywhere. */
  readonly isNext: boolean;
  /** The key itself, as the secret holds it, without the mark. */
  readonly text: string;
}

/** A secret that holds several keys, and how it is read and written. */
export interface KeyList {
  readonly name: SecretName;
  /** What its first key does. */
  readonly use: string;
  /** The processes that read it. */
  readonly readers: string;
  /** @throws {ConfigurationError} when the value is not such a list; it is not quoted */
  read(value: string): ListedKey[];
  write(keys: readonly ListedKey[]): string;
  make(): ListedKey;
}

/** `id:key` pairs, separated by commas; `next:` before one is the mark. */
const encryption: KeyList = {
  name: 'ENCRYPTION_KEYS',
  use: 'encrypts',
  readers: 'user and order',
  read: (value) => {
    createFieldCipher(value);
    return value.split(',').map((pair) => pairOf(pair.trim()));
  },
  write: (keys) => keys.map(({ text, isNext }) => (isNext ? `next:${text}` : text)).join(','),
  make: () => pairOf(makeEncryptionKey()),
};

/** A JSON Web Key Set; `"status": "next"` in a key is the mark. Members that are not known are left alone (RFC 7517, 4). */
const signing: KeyList = {
  name: 'SIGNING_KEYS',
  use: 'signs',
  readers: 'user',
  read: (value) => {
    try {
      const { keys } = JSON.parse(value) as { keys: Record<string, unknown>[] };
      return keys.map(({ status, ...key }) => jwkOf(key, status === 'next'));
    } catch {
      throw new ConfigurationError(
        'SIGNING_KEYS is not acceptable: expected a JSON Web Key Set, each key with its own kid.',
      );
    }
  },
  write: (keys) =>
    JSON.stringify({
      keys: keys.map(({ text, isNext }) => ({
        ...(JSON.parse(text) as object),
        ...(isNext ? { status: 'next' } : {}),
      })),
    }),
  make: () => jwkOf(makeSigningKey(), false),
};

/** By what they are called on the command line. */
export const keyLists: Readonly<Record<string, KeyList>> = { signing, encryption };

function pairOf(pair: string): ListedKey {
  const [, mark, text = '', id = ''] = /^(next:)?(([\w-]+):[\w-]+)$/.exec(pair) ?? [];
  return { id, isNext: mark !== undefined, text };
}

function jwkOf(key: Record<string, unknown>, isNext: boolean): ListedKey {
  if (typeof key['kid'] !== 'string') throw new TypeError('A key has no kid.');
  return { id: key['kid'], isNext, text: JSON.stringify(key) };
}
