import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { GRACE_MS, GracePeriod } from './grace-period.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance', 'setInterval', 'clearInterval'] }));
afterEach(() => void vi.useRealTimers());

/** A process that runs: it checks every second. */
function pass(grace: GracePeriod, ms: number): void {
  const checks = setInterval(() => grace.check(), 1_000);
  vi.advanceTimersByTime(ms);
  clearInterval(checks);
}

it('begins with the process', () => {
  const grace = new GracePeriod();
  pass(grace, GRACE_MS - 1);
  expect(grace.isOver).toBe(false);
  pass(grace, 1);
  expect(grace.isOver).toBe(true);
});

it('begins anew with each interruption, and calls its listeners', () => {
  const grace = new GracePeriod();
  const begun = vi.fn();
  grace.onBegin(begun);
  pass(grace, GRACE_MS);
  expect(begun).not.toHaveBeenCalled();

  grace.begin();
  pass(grace, GRACE_MS - 1_000);
  grace.begin();
  expect(begun).toHaveBeenCalledTimes(2);
  pass(grace, GRACE_MS - 1);
  expect(grace.isOver).toBe(false);
  pass(grace, 1);
  expect(grace.isOver).toBe(true);
});

it('begins anew when the process was frozen, at the first look at it', () => {
  const grace = new GracePeriod();
  pass(grace, GRACE_MS);
  const begun = vi.fn();
  grace.onBegin(begun);
  vi.advanceTimersByTime(12_000);
  expect(grace.isOver).toBe(false);
  expect(begun).toHaveBeenCalledTimes(1);
  pass(grace, GRACE_MS);
  expect(grace.isOver).toBe(true);
});
