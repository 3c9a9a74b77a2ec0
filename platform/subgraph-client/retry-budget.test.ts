import { expect, it } from 'vitest';
import { RetryBudget } from './retry-budget.ts';

function takeAll(budget: RetryBudget): number {
  for (let taken = 0; ; taken++) if (!budget.take()) return taken;
}

it('allows some retries from the start, and ten a second from then on', () => {
  let now = 0;
  const budget = new RetryBudget(() => now);
  expect(takeAll(budget)).toBe(10);
  now += 500;
  expect(takeAll(budget)).toBe(5);
});

it('allows a fifth of the requests', () => {
  const budget = new RetryBudget(() => 0);
  takeAll(budget);
  for (let n = 0; n < 101; n++) budget.recordRequest();
  expect(takeAll(budget)).toBe(20);
});

it('accumulates no more than a hundred retries', () => {
  let now = 0;
  const budget = new RetryBudget(() => now);
  now += 3_600_000;
  expect(takeAll(budget)).toBe(100);
});
