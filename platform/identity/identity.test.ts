import { describe, expect, it } from 'vitest';
import { signIdentity, verifyIdentity } from './identity.ts';

const SECRET = 'a secret of the tests';
const NOW = Date.UTC(2026, 0, 1);

const patienceLeft = (patienceMs: number | null, ageMs: number) =>
  verifyIdentity(SECRET, signIdentity(SECRET, { caller: null, requestId: 'r', patienceMs }, NOW - ageMs), NOW)
    ?.patienceMs;

describe('the patience of whoever asks', () => {
  it.each([
    ['is whole at the moment of asking', 1_000, 0, 1_000],
    ['is less by what the request spent on its way', 1_000, 400, 600],
    ['is none once it is used up', 1_000, 5_000, 0],
    ['is no longer for a clock that is behind', 1_000, -3_000, 1_000],
    ['stays unsaid', null, 400, null],
  ])('%s', (_what, patienceMs, ageMs, left) => {
    expect(patienceLeft(patienceMs, ageMs)).toBe(left);
  });
});
