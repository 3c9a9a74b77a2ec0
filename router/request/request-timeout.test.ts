import { expect, it } from 'vitest';
import { timeoutOf } from './request-timeout.ts';

it.each([
  [undefined, 10_000],
  ['250', 250],
  ['10001', 10_000],
])('a client that says %s waits %d ms', (given, ms) => {
  expect(timeoutOf({ headers: { 'x-request-timeout': given } }, 10_000)).toBe(ms);
});

it.each(['', '0', '-1', '1.5', '10s', '1e3', '99999999999', '1, 2'])('%j is refused', (given) => {
  expect(() => timeoutOf({ headers: { 'x-request-timeout': given } }, 10_000)).toThrow(
    expect.objectContaining({ code: 'BAD_REQUEST' }) as Error,
  );
});
