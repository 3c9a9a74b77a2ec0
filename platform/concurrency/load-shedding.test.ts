import { expect, it, onTestFinished, vi } from 'vitest';
import { ConcurrencyLimit, type ConcurrencyOptions } from './concurrency-limit.ts';

const shedding = { queueShare: 0.8, retryAfterMs: { least: 250, most: 10_000, unknown: 1_000 } };

const limitOf = (options: Pick<ConcurrencyOptions, 'running' | 'waiting'>) =>
  new ConcurrencyLimit({ timeoutMs: 1_000, shedding, ...options });

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
  const limit = limitOf({ running: 2, waiting: 1 });
  const [first, second] = [openTask(), openTask()];
  const running = [limit.run('a client', first.task), limit.run('a client', second.task)];
  let hasBegun = false;
  const waiting = limit.run('a client', async () => {
    hasBegun = true;
  });
  await expect(limit.run('a client', async () => undefined)).rejects.toThrow(UNAVAILABLE);
  expect(hasBegun).toBe(false);
  first.finish();
  await waiting;
  second.finish();
  await Promise.all(running);
});

it('calls those who wait in order of arrival', async () => {
  const limit = limitOf({ running: 1, waiting: 10 });
  const first = openTask();
  const order: number[] = [];
  const all = [
    limit.run('a client', first.task),
    ...[1, 2, 3].map((n) => limit.run(`client ${n}`, async () => void order.push(n))),
  ];
  first.finish();
  await Promise.all(all);
  expect(order).toEqual([1, 2, 3]);
});

it('begins no task whose wait was too long, and gives the others their remaining time', async () => {
  const limit = limitOf({ running: 1, waiting: 10 });
  const first = openTask();
  const running = limit.run('a client', first.task);
  const later = limit.run('a client', async (left) => left, 60_000);
  await expect(limit.run('a client', () => Promise.reject(new Error('begun')), 20)).rejects.toThrow(
    UNAVAILABLE,
  );
  first.finish();
  await running;
  expect(await later).toBeLessThan(59_990);
});

it('gives the place of a task that failed to the next', async () => {
  const limit = limitOf({ running: 1, waiting: 0 });
  await expect(limit.run('a client', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await limit.run('a client', async () => 'yes')).toBe('yes');
});

it('gives a rejected request the time to come back', async () => {
  const limit = limitOf({ running: 1, waiting: 0 });
  const first = openTask();
  const running = limit.run('a client', first.task);
  const refused = await limit.run('a client', async () => undefined).catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: 'UNAVAILABLE', extensions: { retryAfterMs: 1_000 } });
  first.finish();
  await running;
});

it('adapts the queue to the measured throughput, and sheds at once what would miss its deadline', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const limit = limitOf({ running: 1, waiting: 10_000 });
  const done: number[] = [];
  const refusedAfter: number[] = [];
  const began = performance.now();
  // A hundred a second; five hundred who wait for one second each.
  const all = Array.from({ length: 500 }, (_, n) =>
    limit
      .run(`client ${n}`, () => new Promise<void>((resolve) => setTimeout(resolve, 10)))
      .then(() => done.push(n))
      .catch(() => refusedAfter.push(performance.now() - began)),
  );
  await vi.advanceTimersByTimeAsync(2_000);
  await Promise.all(all);
  expect(done).toEqual(done.map((_, n) => n));
  expect(done.length).toBeGreaterThanOrEqual(75);
  expect(done.length).toBeLessThanOrEqual(85);
  expect(refusedAfter).toHaveLength(500 - done.length);
  expect(Math.max(...refusedAfter)).toBeLessThanOrEqual(600);
});

it('goes by what there is now: more places when there are more instances', async () => {
  let places = 1;
  const limit = limitOf({ running: () => places, waiting: 10 });
  const [first, second] = [openTask(), openTask()];
  const running = [limit.run('a client', first.task)];
  places = 2;
  let hasBegun = false;
  running.push(
    limit.run('a client', () => {
      hasBegun = true;
      return second.task();
    }),
  );
  expect(hasBegun).toBe(true);
  first.finish();
  second.finish();
  await Promise.all(running);
});

it('lets a client with one request pass a client with many', async () => {
  const limit = limitOf({ running: 1, waiting: 3 });
  const first = openTask();
  const running = limit.run('flood', first.task);
  const order: string[] = [];
  const request = (client: string) => limit.run(client, async () => void order.push(client));
  const flood = Promise.allSettled(['flood', 'flood', 'flood'].map(request));
  const buyer = request('buyer');
  await expect(request('flood')).rejects.toThrow(UNAVAILABLE);
  first.finish();
  await Promise.all([running, buyer]);
  expect((await flood).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
  expect(order).toEqual(['flood', 'buyer', 'flood']);
});
