import { hash } from '@node-rs/argon2';
import { expect, test } from 'vitest';
import { createPasswords } from './passwords.ts';

const passwords = await createPasswords();
const stored = await passwords.hash('correct horse battery');

test('a password verifies against its own hash only', async () => {
  expect(stored).toMatch(/^\$argon2id\$/);
  expect(await passwords.verify(stored, 'correct horse battery')).toBe('right');
  expect(await passwords.verify(stored, 'correct horse')).toBe('wrong');
});

test('where there is no account the answer is no, after as much work', async () => {
  const cpuOf = { account: 0, noAccount: 0 };
  for (let round = 0; round < 9; round++) {
    for (const who of ['account', 'noAccount'] as const) {
      const begun = process.cpuUsage();
      expect(await passwords.verify(who === 'account' ? stored : null, 'a guess')).toBe('wrong');
      const { user, system } = process.cpuUsage(begun);
      cpuOf[who] += user + system;
    }
  }
  expect(cpuOf.noAccount).toBeGreaterThan(cpuOf.account / 2);
});

test('beyond the concurrency limit a hash is rejected instead of delaying all others', async () => {
  const few = await createPasswords(2);
  const outcomes = await Promise.allSettled(Array.from({ length: 3 }, () => few.verify(stored, 'a guess')));
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
  expect(await few.verify(stored, 'correct horse battery')).toBe('right');
});

test('a password is the same however its characters are composed', async () => {
  const composed = '비밀번호는 안전하게 é'.normalize('NFC');
  const decomposed = composed.normalize('NFD');
  expect(decomposed).not.toBe(composed);
  for (const [one, other] of [
    [composed, decomposed],
    [decomposed, composed],
  ] as const)
    expect(await passwords.verify(await passwords.hash(one), other)).toBe('right');
});

test('a hash that was made of another form of a password is accepted from every keyboard, and outdated', async () => {
  const composed = '비밀번호는 안전하게'.normalize('NFC');
  const decomposed = composed.normalize('NFD');
  const before = await hash(decomposed);
  expect(await passwords.verify(before, decomposed)).toBe('outdated');
  expect(await passwords.verify(before, composed)).toBe('outdated');
  expect(await passwords.verify(before, `${composed}!`)).toBe('wrong');
  expect(await passwords.verify(null, decomposed)).toBe('wrong');
});
