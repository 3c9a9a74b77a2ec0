import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { ConfigurationError } from '../config/environment.ts';
import { createFieldCipher } from './field-cipher.ts';

const makeKey = (id: string) => `${id}:${randomBytes(32).toString('base64url')}`;

describe('a field cipher', () => {
  const cipher = createFieldCipher(makeKey('k1'));

  test.each(['', 'Ada Lovelace', '서울특별시 종로구', '😀'.repeat(100)])(
    'reads back what it wrote: %j',
    (plain) => {
      expect(cipher.decrypt(cipher.encrypt(plain, 'user.name:1'), 'user.name:1')).toBe(plain);
    },
  );

  test('never writes the same text twice, and nothing of the plain text', () => {
    const [one, two] = [cipher.encrypt('Ada Lovelace', 'p'), cipher.encrypt('Ada Lovelace', 'p')];
    expect(one).not.toBe(two);
    expect(one).toMatch(/^k1\.[\w-]+$/);
    expect(Buffer.from(one.slice(3), 'base64url').includes('Ada')).toBe(false);
  });

  test('refuses a text that was moved to another place', () => {
    const stored = cipher.encrypt('Ada', 'user.name:1');
    expect(() => cipher.decrypt(stored, 'user.name:2')).toThrow('altered or belongs elsewhere');
  });

  test('refuses a text in which any bit was changed', () => {
    const bytes = Buffer.from(cipher.encrypt('Ada', 'p').slice(3), 'base64url');
    for (let index = 0; index < bytes.length; index++) {
      const altered = Buffer.from(bytes);
      altered[index]! ^= 1;
      expect(() => cipher.decrypt(`k1.${altered.toString('base64url')}`, 'p')).toThrow(
        'altered or belongs elsewhere',
      );
    }
  });

  test.each(['', 'k1', 'k1.', 'k1.AAAA', 'k9.AAAA', '.'])('refuses what it never wrote: %j', (stored) => {
    expect(() => cipher.decrypt(stored, 'p')).toThrow('no known key');
  });
});

describe('changing keys', () => {
  const [old, fresh] = [makeKey('old'), makeKey('new')];
  const written = createFieldCipher(old).encrypt('Ada', 'p');

  test('the first key encrypts, and older ones still decrypt', () => {
    const both = createFieldCipher(`${fresh}, ${old}`);
    expect(both.decrypt(written, 'p')).toBe('Ada');
    expect(both.encrypt('Ada', 'p')).toMatch(/^new\./);
  });

  test('a key that is next decrypts and does not encrypt yet, so that old and new processes read each other', () => {
    const waiting = createFieldCipher(`${old},next:${fresh}`);
    expect(waiting.encrypt('Ada', 'p')).toMatch(/^old\./);
    const using = createFieldCipher(`${fresh},${old}`);
    expect(waiting.decrypt(using.encrypt('Ada', 'p'), 'p')).toBe('Ada');
    expect(using.decrypt(waiting.encrypt('Ada', 'p'), 'p')).toBe('Ada');
  });

  test('a text whose key is gone cannot be read', () => {
    expect(() => createFieldCipher(fresh).decrypt(written, 'p')).toThrow('no known key');
  });

  test.each(['', 'k1', 'k1:short', `:${'A'.repeat(43)}`, `${old},`, `${old},${makeKey('old')}`])(
    'keys that are not acceptable stop the start: %j',
    (keys) => {
      expect(() => createFieldCipher(keys)).toThrow(ConfigurationError);
    },
  );
});
