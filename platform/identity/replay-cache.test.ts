import { expect, it } from 'vitest';
import { ReplayCache } from './replay-cache.ts';

const NOW = Date.UTC(2026, 0, 1);
const LIFETIME_MS = 30_000;

it('accepts a nonce once, for as long as it is valid', () => {
  const cache = new ReplayCache();
  const expiresAt = NOW + LIFETIME_MS;
  expect(cache.add('n', expiresAt, NOW)).toBe('accepted');
  // Others come meanwhile, and old ones are forgotten.
  for (let ms = 0; ms <= LIFETIME_MS; ms += 100) {
    expect(cache.add(`other ${ms}`, NOW + ms + LIFETIME_MS, NOW + ms)).toBe('accepted');
    expect(cache.add('n', expiresAt, NOW + ms)).toBe('replayed');
  }
});

it('holds no more than the nonces of a lifetime and 5 s', () => {
  const cache = new ReplayCache();
  let largest = 0;
  for (let ms = 0; ms < 10 * LIFETIME_MS; ms += 10) {
    cache.add(`n ${ms}`, NOW + ms + LIFETIME_MS, NOW + ms);
    largest = Math.max(largest, cache.size);
  }
  expect(largest).toBeGreaterThanOrEqual(LIFETIME_MS / 10);
  expect(largest).toBeLessThanOrEqual((LIFETIME_MS + 5_000) / 10 + 1);
});

it('accepts none that it could not remember', () => {
  const cache = new ReplayCache(2);
  const add = (nonce: string, at = NOW) => cache.add(nonce, at + LIFETIME_MS, at);
  expect(['a', 'b', 'c', 'c', 'a'].map((nonce) => add(nonce))).toEqual([
    'accepted',
    'accepted',
    'full',
    'full',
    'replayed',
  ]);
  expect(add('c', NOW + LIFETIME_MS + 10_000)).toBe('accepted');
});

it('accepts none that it has forgotten, when the clock is set back', () => {
  const cache = new ReplayCache();
  const expiresAt = NOW + LIFETIME_MS;
  cache.add('n', expiresAt, NOW);
  const later = NOW + LIFETIME_MS + 10_000;
  cache.add('later', later + LIFETIME_MS, later);
  expect(cache.size).toBe(1);
  expect(cache.add('n', expiresAt, NOW)).toBe('replayed');
});
