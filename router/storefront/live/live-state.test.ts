import { expect, it } from 'vitest';
import { isNews, nextTurn, statusAt, tagOf, type LiveState } from './live-state.ts';

const sale = { opensAt: 1_000, closesAt: 2_000, withdrawn: false, purchaseLimit: null };
const stock = { total: 10, sold: 1, reserved: 0, remaining: 9, asOf: 50_000 };
const state: LiveState = { productId: 'p', sale, stock };

it('is open from opensAt up to, not including, closesAt', () => {
  expect([999, 1_000, 1_999, 2_000].map((now) => statusAt(sale, now))).toEqual([
    'UPCOMING',
    'OPEN',
    'OPEN',
    'CLOSED',
  ]);
  expect(statusAt({ ...sale, closesAt: null }, 9_999)).toBe('OPEN');
  expect(statusAt({ ...sale, withdrawn: true }, 1_500)).toBe('WITHDRAWN');
});

it('turns at opensAt, then at closesAt, then never', () => {
  expect([0, 1_000, 2_000].map((now) => nextTurn(sale, now))).toEqual([1_000, 2_000, null]);
  expect(nextTurn({ ...sale, withdrawn: true }, 0)).toBeNull();
});

it('has another tag when a client would see something else, and the same when only time has gone by', () => {
  const tag = tagOf(state, 1_500);
  expect(tagOf({ ...state, stock: { ...stock, asOf: 60_000 } }, 1_600)).toBe(tag);
  const others = [
    tagOf(state, 500),
    tagOf({ ...state, stock: null }, 1_500),
    tagOf({ ...state, stock: { ...stock, reserved: 1, remaining: 8 } }, 1_500),
    tagOf({ ...state, sale: { ...sale, closesAt: 3_000 } }, 1_500),
    tagOf({ ...state, sale: { ...sale, purchaseLimit: 1 } }, 1_500),
  ];
  expect(new Set([tag, ...others]).size).toBe(6);
});

it('takes numbers for news unless they are older, or the clock was changed', () => {
  expect(isNews(null, stock)).toBe(true);
  expect(isNews(stock, { ...stock, asOf: 50_000 })).toBe(true);
  expect(isNews(stock, { ...stock, asOf: 49_000 })).toBe(false);
  expect(isNews(stock, { ...stock, asOf: 30_000 })).toBe(true);
});
