import { expect, it } from 'vitest';
import type { EntityManager } from 'typeorm';
import { withConcurrencyLimit } from './list-concurrency.ts';

const manager = {} as EntityManager;
const limited = (waiting: number, timeoutMs: number) =>
  withConcurrencyLimit(
    { read: (work) => work(manager), close: async () => undefined },
    { running: 2, waiting, timeoutMs },
  );

/** A read that lasts until `end` is called. */
function slow() {
  const aborter = new AbortController();
  const work = () =>
    new Promise<string>((resolve) => {
      if (aborter.signal.aborted) resolve('read');
      else aborter.signal.addEventListener('abort', () => resolve('read'));
    });
  return { work, end: () => aborter.abort() };
}

it('runs so many reads at a time, and the queued ones in order as slots become free', async () => {
  const reads = limited(10, 10_000);
  const begun: number[] = [];
  const slows = Array.from({ length: 5 }, slow);
  const answers = slows.map(({ work }, index) =>
    reads.read('a client', () => {
      begun.push(index);
      return work();
    }),
  );
  expect(begun).toEqual([0, 1]);
  for (const [index, { end }] of slows.entries()) {
    end();
    await answers[index];
    expect(begun.length).toBeLessThanOrEqual(index + 3);
  }
  expect(begun).toEqual([0, 1, 2, 3, 4]);
  expect(await Promise.all(answers)).toEqual(Array(5).fill('read'));
});

it('rejects a read at once when the queue is full', async () => {
  const reads = limited(1, 10_000);
  const [one, two, three] = [slow(), slow(), slow()];
  const answers = [one, two, three].map(({ work }) => reads.read('a client', work));
  await expect(reads.read('a client', async () => 'late')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  for (const { end } of [one, two, three]) end();
  await Promise.all(answers);
});

it('rejects a read that has waited for too long, and goes on with the others', async () => {
  const reads = limited(10, 20);
  const [one, two] = [slow(), slow()];
  const answers = [one, two].map(({ work }) => reads.read('a client', work));
  let hasBegun = false;
  const late = reads.read('a client', async () => (hasBegun = true));
  await expect(late).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  one.end();
  two.end();
  await Promise.all(answers);
  expect(hasBegun).toBe(false);
  expect(await reads.read('a client', async () => 'next')).toBe('next');
});

it('releases the slot of a read that failed', async () => {
  const reads = limited(10, 10_000);
  const failing = () => reads.read('a client', () => Promise.reject(new Error('no')));
  for (let n = 0; n < 5; n += 1) await expect(failing()).rejects.toThrow('no');
  expect(await reads.read('a client', async () => 'read')).toBe('read');
});

it('serves a client with one read before a client with many, and sheds a read of the latter when the queue is full', async () => {
  const reads = limited(3, 10_000);
  const [one, two] = [slow(), slow()];
  const flood = [one, two].map(({ work }) => reads.read('flood', work));
  const waiting = Promise.allSettled([1, 2, 3].map((n) => reads.read('flood', async () => n)));
  const buyer = reads.read('buyer', async () => 'a list');
  one.end();
  expect(await buyer).toBe('a list');
  two.end();
  await Promise.all(flood);
  expect((await waiting).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
});
