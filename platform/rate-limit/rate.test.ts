import { expect, it } from 'vitest';
import { fieldRates, parseRate, rate } from './rate.ts';

it.each([
  ['50/s', { perSecond: 50, burst: 50 }],
  ['50/s burst 100', { perSecond: 50, burst: 100 }],
  ['30/m', { perSecond: 0.5, burst: 30 }],
  ['3600/h burst 10', { perSecond: 1, burst: 10 }],
])('%s is a rate', (text, expected) => {
  expect(parseRate(text)).toEqual(expected);
});

it.each(['', '50', '0/s', '-1/s', '50/d', '50/s burst', '50/s burst 0', '1.5/s'])('"%s" is none', (text) => {
  expect(parseRate(text)).toBeNull();
});

it('a setting may be off', () => {
  expect(rate('1/s').parse('off')).toBeNull();
  expect(fieldRates('').parse('off')).toEqual([]);
});

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
