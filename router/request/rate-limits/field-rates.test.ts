import { expect, it } from 'vitest';
import { fieldRates } from './field-rates.ts';

it('rates of fields say by whom', () => {
  expect(
    fieldRates('').parse('Mutation.signIn 20/s burst 100 per address, Query.products 5/s per user'),
  ).toEqual([
    { field: 'Mutation.signIn', rate: { perSecond: 20, burst: 100 }, per: 'address' },
    { field: 'Query.products', rate: { perSecond: 5, burst: 5 }, per: 'user' },
  ]);
});

it.each([
  'signIn 20/s per address',
  'Mutation.signIn per address',
  'Mutation.signIn 20/s',
  'Mutation.signIn 20/s per country',
])('"%s" is no rate of a field', (text) => {
  expect(fieldRates('').safeParse(text).success).toBe(false);
});

it('the setting may be off', () => {
  expect(fieldRates('').parse('off')).toEqual([]);
});
