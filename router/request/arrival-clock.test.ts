import { expect, it } from 'vitest';
import { ArrivalClock } from './arrival-clock.ts';

/** A process whose timers fire as the test says. */
function observe() {
  let now = 1_000_000;
  const clock = new ArrivalClock(() => now);
  const pass = (milliseconds: number) => (now += milliseconds);
  return {
    clock,
    pass,
    run: (milliseconds: number) => {
      for (let passed = 0; passed < milliseconds; passed += 10) {
        pass(10);
        clock.tick();
      }
    },
    get now() {
      return now;
    },
  };
}

it('is a few turns before now while the event loop turns', () => {
  const process = observe();
  process.run(5_000);
  process.pass(5);
  expect(process.clock.earliestArrival()).toBe(process.now - 25);
});

it('is before a stop that is too short to be noticed', () => {
  const process = observe();
  process.run(1_000);
  const stoppedAt = process.now;
  process.pass(29);
  expect(process.clock.earliestArrival()).toBeLessThan(stoppedAt);
  process.clock.tick();
  expect(process.clock.earliestArrival()).toBeLessThan(stoppedAt);
});

it('is the beginning of a stop, or a few turns before, both before and after the ticks that follow it', () => {
  const process = observe();
  process.run(1_000);
  const stoppedAt = process.now;
  process.pass(8_000);
  expect(process.clock.earliestArrival()).toBe(stoppedAt - 20);
  process.run(100);
  expect(process.clock.earliestArrival()).toBe(stoppedAt);
});

it('is the beginning of the first of several stops', () => {
  const process = observe();
  process.run(1_000);
  const stoppedAt = process.now;
  for (let stops = 0; stops < 5; stops++) {
    process.pass(1_000);
    process.clock.tick();
  }
  expect(process.clock.earliestArrival()).toBe(stoppedAt);
});

it('is near now again when everything that waited has been read', () => {
  const process = observe();
  process.run(1_000);
  process.pass(8_000);
  process.run(400);
  expect(process.clock.earliestArrival()).toBe(process.now - 20);
});
