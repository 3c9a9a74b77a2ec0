import { performance } from 'node:perf_hooks';
import { expect, test } from 'vitest';
import { createPasswords } from './passwords.ts';

const passwords = await createPasswords();
const stored = await passwords.hash('correct horse battery');

test('a password verifies against its own hash only', async () => {
  expect(stored).toMatch(/^\$argon2id\$/);
  expect(await passwords.verify(stored, 'correct horse battery')).toBe(true);
  expect(await passwords.verify(stored, 'correct horse')).toBe(false);
});

test('where there is no account the answer is no, after as much work', async () => {
  const times = { account: [] as number[], nobody: [] as number[] };
  for (let round = 0; round < 9; round++) {
    for (const who of ['account', 'nobody'] as const) {
      const begun = performance.now();
      expect(await passwords.verify(who === 'account' ? stored : null, 'a guess')).toBe(false);
      times[who].push(performance.now() - begun);
    }
  }
  const fastest = (list: number[]) => Math.min(...list);
  expect(fastest(times.nobody)).toBeGreaterThan(fastest(times.account) / 2);
});

test('beyond a number at once it refuses instead of keeping everybody waiting', async () => {
  const few = await createPasswords(2);
  const outcomes = await Promise.allSettled(Array.from({ length: 3 }, () => few.verify(stored, 'a guess')));
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
  expect(await few.verify(stored, 'correct horse battery')).toBe(true);
});
