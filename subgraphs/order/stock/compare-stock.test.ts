import { describe, expect, it } from 'vitest';
import type { StockAudit } from './audit.ts';
import { compareStock } from './compare-stock.ts';
import type { AuditedRow } from './stock-repository.ts';

const redis = (sold: number, reserved: number, more: Partial<StockAudit> = {}): StockAudit => ({
  epoch: 3,
  total: 100,
  sold,
  reserved,
  openUnits: reserved,
  open: reserved,
  countsHoldings: false,
  applied: '0 ',
  ...more,
});
const mysql = (sold: number, more: Partial<AuditedRow> = {}): AuditedRow => ({
  productId: 'a product',
  epoch: 3,
  total: 100,
  sold,
  pending: 0,
  ...more,
});
const units = (number: number) => ({ kind: 'units', units: number });

describe('MySQL and Redis', () => {
  it.each([
    ['what MySQL has sold more is still reserved in Redis', redis(10, 5), mysql(15), redis(10, 5)],
    ['what is reserved is not sold yet', redis(10, 5), mysql(10), redis(10, 5)],
    ['sales went on between one audit and the next', redis(10, 0), mysql(20), redis(18, 9)],
    [
      'there are too many reservations to add up',
      redis(10, 5, { openUnits: null }),
      mysql(12),
      redis(10, 5, { openUnits: null }),
    ],
  ])('agree when %s', (_, before, row, after) => {
    expect(compareStock(before, row, after)).toEqual({ kind: 'agrees' });
  });

  it.each([
    ['is sold in Redis alone', redis(12, 0), mysql(10), units(2)],
    ['is sold in Redis alone, while something is reserved', redis(12, 5), mysql(10), units(2)],
    ['is sold in MySQL alone', redis(10, 1), mysql(14), units(-3)],
    ['was restocked in MySQL alone', redis(10, 0), mysql(10, { total: 150 }), units(50)],
    ['is reserved by no reservation', redis(10, 7, { openUnits: 0 }), mysql(10), units(7)],
    ['is given back that was not reserved', redis(10, -6, { openUnits: 0 }), mysql(10), units(-6)],
  ])('disagree by what %s', (_, numbers, row, expected) => {
    expect(compareStock(numbers, row, numbers)).toEqual(expected);
  });

  it('disagree about the epoch when one of them is older than it was', () => {
    expect(compareStock(redis(1, 0), mysql(1, { epoch: 5 }), redis(1, 0))).toEqual({
      kind: 'epoch',
      minEpoch: 5,
    });
    expect(compareStock(redis(1, 0), mysql(1, { epoch: 2 }), redis(1, 0))).toEqual({
      kind: 'epoch',
      minEpoch: 4,
    });
  });

  it.each([
    ['a movement is on its way', redis(10, 0), mysql(8, { pending: 1 }), redis(10, 0)],
    ['a movement was applied in between', redis(10, 0), mysql(8), redis(8, 0, { applied: '1 m' })],
    ['a rebuild was finished in between', redis(10, 0), mysql(8, { epoch: 4 }), redis(8, 0, { epoch: 4 })],
  ])('say nothing when %s', (_, before, row, after) => {
    expect(compareStock(before, row, after)).toEqual({ kind: 'open' });
  });
});
