import { expect, it } from 'vitest';
import { ThroughputEstimator } from './throughput.ts';

/** Tasks that are done at a steady pace while others wait. */
function work(
  estimator: ThroughputEstimator,
  { from, ms, every }: { from: number; ms: number; every: number },
): number {
  estimator.setQueued(true, from);
  for (let now = from + every; now <= from + ms; now += every) estimator.record(now);
  return from + ms;
}

it('has no estimate before there was a queue', () => {
  const estimator = new ThroughputEstimator(() => 20);
  for (let now = 0; now < 2_000; now += 10) estimator.record(now);
  expect(estimator.msFor(100, 2_000)).toBeNull();
});

it('estimates how long a queue takes from the tasks that were done while there was one', () => {
  const estimator = new ThroughputEstimator(() => 20);
  const now = work(estimator, { from: 0, ms: 1_000, every: 2 });
  expect(estimator.msFor(100, now)).toBeCloseTo(200, -1);
});

it('discards the first window after a queue forms', () => {
  const estimator = new ThroughputEstimator(() => 20);
  const stalled = work(estimator, { from: 0, ms: 2_000, every: 400 });
  expect(estimator.msFor(100, stalled)).toBeNull();
  const now = work(estimator, { from: stalled, ms: 1_000, every: 2 });
  expect(estimator.msFor(100, now)).toBeCloseTo(200, -1);
});

it('follows a machine that becomes slower', () => {
  const estimator = new ThroughputEstimator(() => 20);
  const slow = work(estimator, { from: 0, ms: 1_000, every: 1 });
  const now = work(estimator, { from: slow, ms: 3_000, every: 10 });
  expect(estimator.msFor(100, now)).toBeGreaterThan(900);
});

it('estimates infinity where no task is done', () => {
  const estimator = new ThroughputEstimator(() => 20);
  estimator.setQueued(true, 0);
  expect(estimator.msFor(1, 2_100)).toBeNull();
  expect(estimator.msFor(1, 4_200)).toBe(Infinity);
});

it('discards a measurement that is too old', () => {
  const estimator = new ThroughputEstimator(() => 20);
  const now = work(estimator, { from: 0, ms: 1_000, every: 1 });
  estimator.setQueued(false, now);
  expect(estimator.msFor(100, now + 9_000)).toBeCloseTo(100, -1);
  expect(estimator.msFor(100, now + 11_000)).toBeNull();
});
