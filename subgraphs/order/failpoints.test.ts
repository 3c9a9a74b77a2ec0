import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { FAILPOINTS } from './failpoints.ts';

const FOLDER = new URL('.', import.meta.url);

it('each place is reached at one place in the code, and each that is reached is known', () => {
  const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' });
  const code = files.filter((name) => name.endsWith('.ts') && !name.includes('.test.'));
  const reached = code.flatMap((name) =>
    [...readFileSync(new URL(name, FOLDER), 'utf8').matchAll(/\breach\('([a-z-]+)'\)/g)].map(
      ([, place]) => place,
    ),
  );
  expect(reached.sort()).toEqual(Object.keys(FAILPOINTS).sort());
});
