import { expect, it, onTestFinished, vi } from 'vitest';
import { ConcurrencyLimit } from './load-shedding.ts';

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
  const limit = new ConcurrencyLimit({ running: () => 2, waiting: 1 });
  const [first, second] = [openTask(), openTask()];
  const running = [limit.run('a client', 1_000, first.task), limit.run('a client', 1_000, second.task)];
  let hasBegun = false;
  const waiting = limit.run('a client', 1_000, async () => {
    hasBegun = true;
  });
  await expect(limit.run('a client', 1_000, async () => undefined)).rejects.toThrow(UNAVAILABLE);
  expect(hasBegun).toBe(false);
  first.finish();
  await waiting;
  second.finish();
  await Promise.all(running);
});

it('calls those who wait in order of arrival', async () => {
  const limit = new ConcurrencyLimit({ running: () => 1, waiting: 10 });
  const first = openTask();
  const order: number[] = [];
  const all = [
    limit.run('a client', 1_000, first.task),
    ...[1, 2, 3].map((n) => limit.run(`client ${n}`, 1_000, async () => void order.push(n))),
  ];
  first.finish();
  await Promise.all(all);
  expect(order).toEqual([1, 2, 3]);
});

it('begins no task whose wait was too long, and gives the others their remaining time', async () => {
  const limit = new ConcurrencyLimit({ running: () => 1, waiting: 10 });
  const first = openTask();
  const running = limit.run('a client', 1_000, first.task);
  const patient = limit.run('a client', 60_000, async (left) => left);
  await expect(limit.run('a client', 20, () => Promise.reject(new Error('begun')))).rejects.toThrow(
    UNAVAILABLE,
  );
  first.finish();
  await running;
  expect(await patient).toBeLessThan(59_990);
});

it('gives the place of a task that failed to the next', async () => {
  const limit = new ConcurrencyLimit({ running: () => 1, waiting: 0 });
  await expect(limit.run('a client', 1_000, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await limit.run('a client', 1_000, async () => 'yes')).toBe('yes');
});

it('gives a rejected request the time to come back', async () => {
  const limit = new ConcurrencyLimit({ running: () => 1, waiting: 0 });
  const first = openTask();
  const running = limit.run('a client', 1_000, first.task);
  const refused = await limit.run('a client', 1_000, async () => undefined).catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: 'UNAVAILABLE', extensions: { retryAfterMs: 1_000 } });
  first.finish();
  await running;
});

it('adapts the queue to the measured throughput, and sheds at once what would miss its deadline', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const limit = new ConcurrencyLimit({ running: () => 1, waiting: 10_000 });
  const done: number[] = [];
  const refusedAfter: number[] = [];
  const began = performance.now();
  // A hundred a second; five hundred who wait for one second each.
  const all = Array.from({ length: 500 }, (_, n) =>
    limit
      .run(`client ${n}`, 1_000, () => new Promise<void>((resolve) => setTimeout(resolve, 10)))
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
  const limit = new ConcurrencyLimit({ running: () => places, waiting: 10 });
  const [first, second] = [openTask(), openTask()];
  const running = [limit.run('a client', 1_000, first.task)];
  places = 2;
  let hasBegun = false;
  running.push(
    limit.run('a client', 1_000, () => {
      hasBegun = true;
      return second.task();
    }),
  );
  expect(hasBegun).toBe(true);
  first.finish();
  second.finish();
  await Promise.all(running);
});

it('lets a client with one question pass a client with many', async () => {
  const limit = new ConcurrencyLimit({ running: () => 1, waiting: 3 });
  const first = openTask();
  const running = limit.run('flood', 1_000, first.task);
  const order: string[] = [];
  const ask = (client: string) => limit.run(client, 1_000, async () => void order.push(client));
  const flood = Promise.allSettled(['flood', 'flood', 'flood'].map(ask));
  const buyer = ask('buyer');
  await expect(ask('flood')).rejects.toThrow(UNAVAILABLE);
  first.finish();
  await Promise.all([running, buyer]);
  expect((await flood).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
  expect(order).toEqual(['flood', 'buyer', 'flood']);
});
