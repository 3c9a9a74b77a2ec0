import { describe, expect, it } from 'vitest';
import { checkTerms, type ProposedTerms } from './product-rules.ts';

const SOUND: ProposedTerms = {
  name: 'Mug',
  description: null,
  imageUrl: null,
  type: 'FLASH_SALE',
  amount: 12_000,
  currency: 'KRW',
  opensAt: new Date('2026-06-01T10:00:00Z'),
  closesAt: new Date('2026-06-01T11:00:00Z'),
  purchaseLimit: null,
};

const problemsOf = (terms: Partial<ProposedTerms>): string[] => {
  const checked = checkTerms({ ...SOUND, ...terms });
  return checked.ok ? [] : checked.refusal.problems.map(({ path }) => path);
};

describe('the terms of a product', () => {
  it.each<Partial<ProposedTerms>>([
    {},
    { name: '한'.repeat(200) },
    { name: '💎'.repeat(200) },
    { amount: 0 },
    { amount: 2_147_483_647, currency: 'USD' },
    { imageUrl: 'https://cdn.example/mug.png?size=2' },
    { imageUrl: 'HTTP://cdn.example/mug.png' },
    { name: '👩‍👩‍👧 머그'.normalize('NFD') },
    { description: 'x'.repeat(10_000) },
    { description: 'Two\n\nparagraphs\tof text' },
    { type: 'GENERAL', closesAt: null },
    { purchaseLimit: 1 },
    { closesAt: new Date('2026-06-01T10:00:00.001Z') },
  ])('may be %j', (terms) => {
    expect(problemsOf(terms)).toEqual([]);
  });

  it.each<[string, Partial<ProposedTerms>]>([
    ['name', { name: '' }],
    ['name', { name: null }],
    ['name', { name: 'x'.repeat(201) }],
    ['name', { name: 'two\nlines' }],
    ['name', { name: '\u3164\u200b' }],
    ['name', { name: 'Mug \u202e' }],
    ['description', { description: 'A mug \u2067 of glass' }],
    ['description', { description: 'x'.repeat(10_001) }],
    ['imageUrl', { imageUrl: 'javascript:alert(1)' }],
    ['imageUrl', { imageUrl: 'ftp://cdn.example/mug.png' }],
    ['imageUrl', { imageUrl: '/mug.png' }],
    ['imageUrl', { imageUrl: 'https://' }],
    ['imageUrl', { imageUrl: `https://cdn.example/${'x'.repeat(2_048)}` }],
    ['price', { amount: null, currency: null }],
    ['price.amount', { amount: -1 }],
    ['price.currency', { currency: 'krw' }],
    ['price.currency', { currency: 'WON' }],
    ['price.currency', { currency: '' }],
    ['opensAt', { opensAt: null }],
    ['opensAt', { opensAt: new Date('1999-12-31T23:59:59.999Z') }],
    ['closesAt', { closesAt: new Date('9999-12-31T23:59:59.999-01:00') }],
    ['closesAt', { closesAt: null }],
    ['closesAt', { closesAt: SOUND.opensAt }],
    ['closesAt', { closesAt: new Date('2026-06-01T09:00:00Z') }],
    ['purchaseLimit', { purchaseLimit: 0 }],
    ['purchaseLimit', { purchaseLimit: -5 }],
  ])('are refused at %s for %j', (path, terms) => {
    expect(problemsOf(terms)).toEqual([path]);
  });

  it('are refused with every problem at once', () => {
    const terms = {
      name: '',
      imageUrl: 'x',
      amount: -1,
      currency: '?',
      closesAt: SOUND.opensAt,
      purchaseLimit: 0,
    };
    const paths = ['name', 'imageUrl', 'price.amount', 'price.currency', 'closesAt', 'purchaseLimit'];
    expect(problemsOf(terms)).toEqual(paths);
  });
});
