import { expect, it } from 'vitest';
import { saleStatusAt } from './sale-status.ts';

const opensAt = new Date('2026-06-01T10:00:00.000Z');
const closesAt = new Date('2026-06-01T11:00:00.000Z');

it.each([
  ['UPCOMING', '2026-06-01T09:59:59.999Z', closesAt],
  ['OPEN', '2026-06-01T10:00:00.000Z', closesAt],
  ['OPEN', '2026-06-01T10:59:59.999Z', closesAt],
  ['CLOSED', '2026-06-01T11:00:00.000Z', closesAt],
  ['OPEN', '2999-01-01T00:00:00.000Z', null],
])('a sale is %s at %s', (status, moment, end) => {
  expect(saleStatusAt({ opensAt, closesAt: end, withdrawnAt: null }, new Date(moment))).toBe(status);
});

it('a product that was withdrawn is off sale for good', () => {
  expect(saleStatusAt({ opensAt, closesAt, withdrawnAt: opensAt }, opensAt)).toBe('WITHDRAWN');
});
