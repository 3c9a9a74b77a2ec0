import { getIntrospectionQuery } from 'graphql';
import { expect, it } from 'vitest';
import { select } from '../testing/operations.ts';
import { assertWithinLimits, type SizeLimits } from './size-limits.ts';

const ROOMY: SizeLimits = { depth: 12, aliases: 30, directives: 50, fields: 1_000 };
const check =
  (source: string, limits: Partial<SizeLimits> = {}) =>
  () =>
    assertWithinLimits(select(source), { ...ROOMY, ...limits });
const refused = { code: 'OPERATION_TOO_COMPLEX' };

const nested = (depth: number) => '{ a '.repeat(depth) + '}'.repeat(depth);

it.each([
  ['depth', nested(12), nested(13)],
  ['aliases', `{ ${'b: a '.repeat(30)} }`, `{ ${'b: a '.repeat(31)} }`],
  ['directives', `{ a ${'@d '.repeat(50)} }`, `{ a ${'@d '.repeat(51)} }`],
  ['directives of the operation', `query ${'@d '.repeat(50)} { a }`, `query ${'@d '.repeat(51)} { a }`],
  ['fields', `{ ${'a '.repeat(1_000)} }`, `{ ${'a '.repeat(1_001)} }`],
])('allows so much of %s, and no more', (_what, most, tooMuch) => {
  expect(check(most)).not.toThrow();
  expect(check(tooMuch)).toThrow(expect.objectContaining(refused) as Error);
});

it('counts depth through fragments', () => {
  const source = `{ a { ...F } } fragment F on T { b { ... on T { ...G } } } fragment G on T { c }`;
  expect(check(source, { depth: 3 })).not.toThrow();
  expect(check(source, { depth: 2 })).toThrow(expect.objectContaining(refused) as Error);
});

it('counts a fragment as often as it is spread', () => {
  const source = `{ ...F ...F ...F } fragment F on T { x: a }`;
  expect(check(source, { aliases: 2 })).toThrow(expect.objectContaining(refused) as Error);
});

it('measures fragments that multiply without expanding them', () => {
  const bomb = Array.from({ length: 60 }, (_, n) => `fragment F${n} on T { ...F${n + 1} ...F${n + 1} }`).join(
    ' ',
  );
  const begun = performance.now();
  expect(check(`{ ...F0 } ${bomb} fragment F60 on T { a }`)).toThrow(
    expect.objectContaining(refused) as Error,
  );
  expect(performance.now() - begun).toBeLessThan(1_000);
});

it('lets the usual introspection through, which is deeper than what clients ask for', () => {
  expect(
    check(getIntrospectionQuery({ inputValueDeprecation: true, directiveIsRepeatable: true })),
  ).not.toThrow();
  expect(check(`{ __schema ${nested(21)} }`)).toThrow(expect.objectContaining(refused) as Error);
});
