import { describe, expect, it } from 'vitest';
import { LARGEST_EPOCH, MOST_AHEAD, nextEpoch } from './next-epoch.ts';

describe('the epoch of a rebuild', () => {
  it.each([
    ['there is no gate', 7, 0, 8],
    ['the gate is at the epoch of MySQL', 7, 7, 8],
    ['the gate is behind it', 7, 3, 8],
    ['the gate is ahead, since MySQL has become older', 3, 7, 8],
    ['the gate is as far ahead as is believed', 3, 3 + MOST_AHEAD, 4 + MOST_AHEAD],
    ['the gate is further ahead', 3, 4 + MOST_AHEAD, 4 + MOST_AHEAD],
    ['the gate shows half of what MySQL can keep', 3, 2 ** 30, 4 + MOST_AHEAD],
    ['the gate shows all of it', 3, LARGEST_EPOCH, 4 + MOST_AHEAD],
    ['MySQL has followed such a gate', 2 ** 30 + 1, 0, 2 ** 30 + 2],
    ['there are few numbers left', LARGEST_EPOCH - MOST_AHEAD, 0, MOST_AHEAD + 1],
    ['there is none left', LARGEST_EPOCH, LARGEST_EPOCH, MOST_AHEAD + 1],
    ['MySQL has one that no rebuild chose', -5, 0, 1],
  ])('where %s', (_, inMysql, shown, next) => {
    expect(nextEpoch(inMysql, shown)).toBe(next);
  });

  it('fits into MySQL, whatever it follows', () => {
    for (const inMysql of [LARGEST_EPOCH - MOST_AHEAD - 2, LARGEST_EPOCH - MOST_AHEAD - 1])
      for (const shown of [0, LARGEST_EPOCH])
        expect(nextEpoch(inMysql, shown)).toBeLessThanOrEqual(LARGEST_EPOCH);
  });
});
