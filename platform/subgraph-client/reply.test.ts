import { expect, it } from 'vitest';
import { freshnessOf } from './reply.ts';

it.each([
  ['max-age=2, public', 200, 2_000],
  ['public, max-age=0', 200, 0],
  ['max-age=2, private', 200, 0],
  ['max-age=2', 200, 0],
  ['public', 200, 0],
  ['no-store', 200, 0],
  ['public, max-age=2, no-cache', 200, 0],
  ['', 200, 0],
  ['max-age=2, public', 503, 0],
])('a response with `cache-control: %s` and %d may be shared for %d ms', (header, status, ms) => {
  expect(freshnessOf(status, header)).toBe(ms);
});
