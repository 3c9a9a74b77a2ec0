import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { FAULTS } from './catalogue.ts';

const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

it('names each fault once', () => {
  const names = FAULTS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

it('has every fault in the table of the README, with what clients should see', () => {
  const rows = README.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));
  for (const { name, what, answer } of FAULTS)
    expect(rows).toContainEqual(['', `\`${name}\``, what, answer, '']);
});
