import { describe, expect, it } from 'vitest';
import { CONFIGURATIONS } from './configurations.ts';
import { search } from './search.ts';

/** For each: all of them together take about half a minute of CPU time. `npm run model -- --deep` goes on. */
const MAX_STATES = 30_000;
/** No result depends on it: a busy machine needs longer. */
const ROOM_MS = 600_000;

describe('the purchase protocol', () => {
  it.each(CONFIGURATIONS)('keeps every invariant: $name', { timeout: ROOM_MS }, (configuration) => {
    const { states, atRest, isComplete, violation } = search(configuration, { maxStates: MAX_STATES });
    process.stdout.write(
      `${configuration.name}: ${states} states${isComplete ? ', all that there are' : ''}\n`,
    );
    expect(violation, violation?.trace.join('\n')).toBeNull();
    expect(atRest).toBeGreaterThan(0);
  });
});
