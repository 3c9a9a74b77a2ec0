import { expect, test } from 'vitest';
import { createKeyedHash } from './keyed-hash.ts';

const [one, other] = [createKeyedHash('k'.repeat(32)), createKeyedHash('o'.repeat(32))];
const email = one.ofEmail('ada@example.com');

test('the same address hashes alike under one key, and differently under another', () => {
  expect(one.ofEmail('ada@example.com')).toEqual(email);
  expect(email).toHaveLength(32);
  expect(other.ofEmail('ada@example.com')).not.toEqual(email);
  expect(one.ofEmail('bob@example.com')).not.toEqual(email);
});

test('a code’s hash belongs to its address', () => {
  const hash = one.ofVerificationCode(email, '123456');
  expect(one.ofVerificationCode(email, '123456')).toEqual(hash);
  expect(one.ofVerificationCode(one.ofEmail('bob@example.com'), '123456')).not.toEqual(hash);
});

test('a key that is too short stops the start', () => {
  expect(() => createKeyedHash('k'.repeat(31))).toThrow('LOOKUP_KEY is not acceptable');
});
