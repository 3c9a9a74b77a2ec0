import { expect, it } from 'vitest';
import { select } from '../testing/operations.ts';
import { assertSinglePurchase } from './single-purchase.ts';

const PURCHASES: ReadonlySet<string> = new Set(['purchase', 'checkoutWishlist']);
const check = (source: string) => () => assertSinglePurchase(select(source), PURCHASES);

it.each([
  ['one purchase', 'mutation { purchase { a } }'],
  [
    'one purchase with other things beside it',
    'mutation { purchase { a } addToWishlist { a } signOut { a } }',
  ],
  [
    'one purchase that is selected in two places',
    'mutation { purchase { a } ...F } fragment F on Mutation { purchase { b } }',
  ],
  ['a field of that name elsewhere', 'mutation { pay { purchase { a } other: purchase { a } } }'],
  ['a query', 'query { a: purchase b: purchase }'],
])('allows %s', (_what, source) => {
  expect(check(source)).not.toThrow();
});

it.each([
  ['aliases', 'mutation { a: purchase { x } b: purchase { x } }'],
  ['an alias beside the name', 'mutation { purchase { x } b: purchase { x } }'],
  ['both kinds of purchase', 'mutation { purchase { x } checkoutWishlist { x } }'],
  ['a fragment', 'mutation { purchase { x } ...F } fragment F on Mutation { b: purchase { x } }'],
  [
    'a fragment in a fragment',
    'mutation { a: purchase { x } ...F } fragment F on Mutation { ...G } fragment G on Mutation { checkoutWishlist { x } }',
  ],
  ['an inline fragment', 'mutation { purchase { x } ... { ... on Mutation { b: purchase { x } } } }'],
])('refuses two by %s', (_what, source) => {
  expect(check(source)).toThrow('one purchase');
});
