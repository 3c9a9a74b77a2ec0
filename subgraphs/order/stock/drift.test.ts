import { describe, expect, it } from 'vitest';
import { driftOf, lasting } from './drift.ts';

const redis = (sold: number, reserved: number, total = 100) => ({ total, sold, reserved, asOf: 0 });
const mysql = (sold: number, total = 100) => ({ total, sold });

describe('MySQL and Redis', () => {
  it('agree while what MySQL has sold more is still reserved in Redis', () => {
    expect(driftOf(redis(10, 5), mysql(15), redis(10, 5))).toBe(0);
    expect(driftOf(redis(10, 5), mysql(10), redis(10, 5))).toBe(0);
  });

  it('agree when sales went on between one look and the next', () => {
    expect(driftOf(redis(10, 0), mysql(20), redis(18, 9))).toBe(0);
  });

  it('disagree by what is sold in one of them alone', () => {
    expect(driftOf(redis(12, 0), mysql(10), redis(12, 0))).toBe(2);
    expect(driftOf(redis(10, 1), mysql(14), redis(10, 1))).toBe(-3);
  });

  it('disagree by a restock that only one of them has', () => {
    expect(driftOf(redis(10, 0, 100), mysql(10, 150), redis(10, 0, 100))).toBe(50);
  });
});

it('a drift that the next round does not see, or sees the other way round, is none', () => {
  expect([lasting(3, 0), lasting(0, 3), lasting(-3, 3)]).toEqual([0, 0, 0]);
  expect([lasting(3, 5), lasting(-4, -2)]).toEqual([3, 2]);
});
