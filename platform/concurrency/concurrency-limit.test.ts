import { expect, it } from 'vitest';
import { ConcurrencyLimit, type ConcurrencyOptions } from './concurrency-limit.ts';

const limitOf = (options: Partial<ConcurrencyOptions> = {}) =>
  new ConcurrencyLimit({ running: 1, waiting: 100, timeoutMs: 60_000, ...options });

const UNAVAILABLE = { code: 'UNAVAILABLE', extensions: { retryAfterMs: 60_000 } };

/** A limit whose only place is taken until `free` is called, and the order in which tasks begin after that. */
function occupied(options: Partial<ConcurrencyOptions> = {}) {
  const limit = limitOf(options);
  const begun: string[] = [];
  let free = (): void => undefined;
  const holder = limit.run('holder', () => new Promise<void>((resolve) => (free = resolve)));
  const run = (key: string) => limit.run(key, async () => void begun.push(key));
  return { limit, begun, run, free: async () => (free(), await holder) };
}

it('serves waiting clients in turn, however many tasks one of them has', async () => {
  const { begun, run, free, limit } = occupied();
  const tasks = [...Array<string>(50).fill('flood'), 'buyer', 'other'].map(run);
  expect([limit.running, limit.waiting]).toEqual([1, 52]);
  await free();
  await Promise.all(tasks);
  expect(begun.slice(0, 4)).toEqual(['flood', 'buyer', 'other', 'flood']);
  expect(begun).toHaveLength(52);
  expect([limit.running, limit.waiting]).toEqual([0, 0]);
});

it('refuses what is above the places of a client, with the time after which to try again', async () => {
  const { run, free } = occupied({ waitingPerKey: 2 });
  const tasks = ['flood', 'flood', 'buyer'].map(run);
  await expect(run('flood')).rejects.toMatchObject(UNAVAILABLE);
  await free();
  await Promise.all(tasks);
});

it('drops a task of the client with the most when the queue is full', async () => {
  const { run, free, begun } = occupied({ waiting: 3 });
  const flood = Promise.allSettled(['flood', 'flood', 'flood'].map(run));
  const buyer = run('buyer');
  await expect(run('flood')).rejects.toMatchObject(UNAVAILABLE);
  await free();
  await buyer;
  expect((await flood).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
  expect(begun).toEqual(['flood', 'buyer', 'flood']);
});

it('refuses a task that waited too long without beginning it, and serves the others', async () => {
  const { run, free, begun, limit } = occupied({ timeoutMs: 10 });
  await expect(run('late')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await free();
  expect(begun).toEqual([]);
  expect(await limit.run('next', async () => 'answer')).toBe('answer');
});

it('frees the place of a task that failed', async () => {
  const limit = limitOf({ waiting: 0 });
  for (let n = 0; n < 3; n++) {
    await expect(limit.run('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  }
  expect(await limit.run('a', async () => 'answer')).toBe('answer');
});

it('keeps places free of a client that has as many as it may', async () => {
  const limit = limitOf({ running: 3, runningPerKey: 2 });
  const ends: (() => void)[] = [];
  const begun: string[] = [];
  const run = (key: string) =>
    limit.run(key, () => {
      begun.push(key);
      return new Promise<void>((resolve) => ends.push(resolve));
    });
  const tasks = ['flood', 'flood', 'flood', 'flood', 'buyer', 'other'].map(run);
  expect(begun).toEqual(['flood', 'flood', 'buyer']);
  ends[2]!();
  await tasks[4];
  expect(begun).toEqual(['flood', 'flood', 'buyer', 'other']);
  ends[0]!();
  await tasks[0];
  expect(begun).toEqual(['flood', 'flood', 'buyer', 'other', 'flood']);
  for (const [index, task] of [1, 5, 2, 3].entries()) {
    ends[[1, 3, 4, 5][index]!]!();
    await tasks[task];
  }
  expect([limit.running, limit.waiting]).toEqual([0, 0]);
});
