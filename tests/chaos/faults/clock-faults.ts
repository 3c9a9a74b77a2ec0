import { existsSync } from 'node:fs';
import type { Fault } from './fault.ts';

const PLACES = ['x86_64-linux-gnu/', 'aarch64-linux-gnu/', ''];
const library = PLACES.map((place) => `/usr/lib/${place}faketime/libfaketime.so.1`).find(existsSync);

/** One of two order processes is restarted with another clock, and in the end without. */
const wrongClock = (name: string, what: string, offset: string, answer: string): Fault => ({
  name,
  what,
  answer,
  obstacle: () => (library ? null : 'libfaketime is not here (Debian: apt-get install faketime).'),
  async inject(system) {
    const wrong = await system.replaceService(system.stack.order[0]!, {
      LD_PRELOAD: library,
      FAKETIME: offset,
      // Timers go by the monotonic clock, which no administrator sets.
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    });
    return async () => void (await system.replaceService(wrong));
  },
});

const ANSWER =
  'Confirmed by the other process; TIMEOUT, UNAVAILABLE or OutcomeUnknown for what the struck one is sent, then Confirmed by a retry';

export const CLOCK_FAULTS: readonly Fault[] = [
  wrongClock('order-clock-ahead', 'the clock of one of two order processes is an hour ahead', '+1h', ANSWER),
  wrongClock(
    'order-clock-behind',
    'the clock of one of two order processes is an hour behind',
    '-1h',
    ANSWER,
  ),
];
