import { expect, it } from 'vitest';
import { parseRate, rate } from './rate.ts';

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
});
