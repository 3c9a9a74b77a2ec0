import { expect, it } from 'vitest';
import { TokenBucket, TokenBucketRate } from './token-bucket.ts';

const bucketOf = (perSecond: number, burst: number) =>
  new TokenBucket(new TokenBucketRate({ perSecond, burst }));

it('lets a burst through at once, and then the rate', () => {
  const bucket = bucketOf(10, 5);
  const taken = (at: number) => bucket.take(1, at) === 0;
  expect(Array.from({ length: 7 }, () => taken(0))).toEqual([true, true, true, true, true, false, false]);
  expect(taken(100)).toBe(true);
  expect(taken(100)).toBe(false);
  expect(Array.from({ length: 6 }, () => taken(10_000)).filter(Boolean)).toHaveLength(5);
});

it('returns when the units will fit, and then they do', () => {
  const bucket = bucketOf(10, 2);
  bucket.take(2, 0);
  const waitMs = bucket.take(1, 30);
  expect(waitMs).toBeCloseTo(70, 0);
  expect(bucket.take(1, 30 + waitMs)).toBe(0);
});

it('counts nothing that it refuses', () => {
  const bucket = bucketOf(1, 1);
  bucket.take(1, 0);
  for (let n = 0; n < 100; n++) bucket.take(1, 500);
  expect(bucket.take(1, 1_000)).toBe(0);
});

it('takes several units together or none of them', () => {
  const bucket = bucketOf(1, 3);
  expect(bucket.take(4, 0)).toBeGreaterThan(0);
  expect(bucket.take(3, 0)).toBe(0);
});
