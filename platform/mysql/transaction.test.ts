import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { retryOnLockError } from './transaction.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

/** A transaction that fails with this error after a time, in milliseconds. */
const failing = (errno: number, afterMs: number) =>
  vi.fn(() => {
    vi.advanceTimersByTime(afterMs);
    return Promise.reject(Object.assign(new Error('refused'), { errno, sqlState: 'HY000' }));
  });

it.each([
  ['a deadlock', 1213, 5, 3],
  ['a wait for a lock that ended at its timeout', 1205, 3_000, 1],
  ['an error that is not about a lock', 1064, 5, 1],
])('after %s (%i) in %i ms a transaction has been tried %i times', async (_what, errno, afterMs, times) => {
  const work = failing(errno, afterMs);
  await expect(retryOnLockError(work)).rejects.toMatchObject({ errno });
  expect(work).toHaveBeenCalledTimes(times);
});
