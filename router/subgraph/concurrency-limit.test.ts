import { expect, it } from 'vitest';
import { ConcurrencyLimit } from './concurrency-limit.ts';

/** A task that ends when the test says so. */
function openTask() {
  let finish = (): void => undefined;
  const done = new Promise<void>((resolve) => {
    finish = resolve;
  });
  return { finish, task: () => done };
}

const UNAVAILABLE = expect.objectContaining({ code: 'UNAVAILABLE' }) as Error;

it('runs so many at a time, lets so many wait, and refuses the rest at once', async () => {
  const limit = new ConcurrencyLimit({ running: 2, waiting: 1 });
  const [first, second] = [openTask(), openTask()];
  const running = [limit.run(1_000, first.task), limit.run(1_000, second.task)];
  let hasBegun = false;
  const waiting = limit.run(1_000, async () => {
    hasBegun = true;
  });
  await expect(limit.run(1_000, async () => undefined)).rejects.toThrow(UNAVAILABLE);
  expect(hasBegun).toBe(false);
  first.finish();
  await waiting;
  second.finish();
  await Promise.all(running);
});

it('calls those who wait in order of arrival', async () => {
  const limit = new ConcurrencyLimit({ running: 1, waiting: 10 });
  const first = openTask();
  const order: number[] = [];
  const all = [
    limit.run(1_000, first.task),
    ...[1, 2, 3].map((n) => limit.run(1_000, async () => void order.push(n))),
  ];
  first.finish();
  await Promise.all(all);
  expect(order).toEqual([1, 2, 3]);
});

it('begins nothing for whom the wait was too long, and tells the others what they have left', async () => {
  const limit = new ConcurrencyLimit({ running: 1, waiting: 10 });
  const first = openTask();
  const running = limit.run(1_000, first.task);
  const patient = limit.run(60_000, async (left) => left);
  await expect(limit.run(20, () => Promise.reject(new Error('begun')))).rejects.toThrow(UNAVAILABLE);
  first.finish();
  await running;
  expect(await patient).toBeLessThan(59_990);
});

it('gives the place of a task that failed to the next', async () => {
  const limit = new ConcurrencyLimit({ running: 1, waiting: 0 });
  await expect(limit.run(1_000, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await limit.run(1_000, async () => 'yes')).toBe('yes');
});
