import { expect, it } from 'vitest';
import { Pace } from './pace.ts';

/** Tasks that are done at a steady pace while others wait. */
function work(pace: Pace, { from, ms, every }: { from: number; ms: number; every: number }): number {
  pace.queue(true, from);
  for (let now = from + every; now <= from + ms; now += every) pace.note(now);
  return from + ms;
}

it('says nothing before it has seen anybody wait', () => {
  const pace = new Pace(() => 20);
  for (let now = 0; now < 2_000; now += 10) pace.note(now);
  expect(pace.msFor(100, 2_000)).toBeNull();
});

it('says how long a queue takes, of what was done while there was one', () => {
  const pace = new Pace(() => 20);
  const now = work(pace, { from: 0, ms: 1_000, every: 2 });
  expect(pace.msFor(100, now)).toBeCloseTo(200, -1);
});

it('does not judge by the moment in which the crowd came', () => {
  const pace = new Pace(() => 20);
  const stalled = work(pace, { from: 0, ms: 2_000, every: 400 });
  expect(pace.msFor(100, stalled)).toBeNull();
  const now = work(pace, { from: stalled, ms: 1_000, every: 2 });
  expect(pace.msFor(100, now)).toBeCloseTo(200, -1);
});

it('follows a machine that becomes slower', () => {
  const pace = new Pace(() => 20);
  const slow = work(pace, { from: 0, ms: 1_000, every: 1 });
  const now = work(pace, { from: slow, ms: 3_000, every: 10 });
  expect(pace.msFor(100, now)).toBeGreaterThan(900);
});

it('knows that nothing is done at all', () => {
  const pace = new Pace(() => 20);
  pace.queue(true, 0);
  expect(pace.msFor(1, 2_100)).toBeNull();
  expect(pace.msFor(1, 4_200)).toBe(Infinity);
});

it('forgets what it knew some time ago', () => {
  const pace = new Pace(() => 20);
  const now = work(pace, { from: 0, ms: 1_000, every: 1 });
  pace.queue(false, now);
  expect(pace.msFor(100, now + 9_000)).toBeCloseTo(100, -1);
  expect(pace.msFor(100, now + 11_000)).toBeNull();
});
