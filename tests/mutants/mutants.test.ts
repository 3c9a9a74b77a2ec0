import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MUTANTS } from './catalogue.ts';
import { judge } from './judge.ts';
import { applyEdit, editsOf, type Mutant } from './mutant.ts';

const read = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

describe.each(MUTANTS)('the mutant $name', (mutant) => {
  it('changes a place that is there, once', () => {
    for (const edit of editsOf(mutant)) expect(applyEdit(read(edit.file), edit)).not.toBe(read(edit.file));
  });

  it('names a test that is there', () => {
    expect(read(mutant.caughtIn)).toContain(`'${mutant.caughtBy}`);
  });
});

it('the table in the README names each mutant and its test, and no other', () => {
  const rows = read('tests/mutants/README.md').matchAll(/^\| `([\w-]+)` +\|[^|]*\| `([\w./-]+)`/gm);
  expect(Array.from(rows, ([, name, file]) => [name, file])).toEqual(
    MUTANTS.map(({ name, caughtIn }) => [name, caughtIn.split('/').at(-1)]),
  );
});

it('an edit whose place is not there, or there twice, is refused', () => {
  const edit = { file: 'some.ts', search: 'guard', replace: '' };
  expect(() => applyEdit('no such place', edit)).toThrow('some.ts has 0 places');
  expect(() => applyEdit('guard guard', edit)).toThrow('some.ts has 2 places');
});

describe('a mutant', () => {
  const mutant: Mutant = {
    name: 'any',
    breaks: '',
    file: '',
    search: '',
    replace: '',
    caughtIn: 'a.test.ts',
    caughtBy: 'holds',
  };
  const result = (title: string, failure: string | null) => ({ file: '/copy/a.test.ts', title, failure });

  it.each([
    ['is caught where its test fails', [result('it holds', 'broken')], 'caught'],
    [
      'survives where its test passes, whatever else fails',
      [result('it holds', null), result('other', 'broken')],
      'survived',
    ],
    ['proves nothing where its test is not run', [result('other', 'broken')], 'notRun'],
  ] as const)('%s', (_, results, verdict) => {
    expect(judge(mutant, results, 1).verdict).toBe(verdict);
  });
});
