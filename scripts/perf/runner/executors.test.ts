import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { execute } from './executors.ts';
import { allMetrics } from './metrics.ts';
import { iterationCounter, newCounters, type Share } from './share.ts';
import { currentContext } from './user-context.ts';

const arrivals = {
  executor: 'constant-arrival-rate',
  rate: 100,
  timeUnit: 1_000,
  duration: 200,
  preAllocatedVUs: 1,
  maxVUs: 50,
  exec: 'default',
  startTime: 0,
} as const;

const sumOf = (name: string) => [...allMetrics()].find(([one]) => one === name)?.[2].sum ?? 0;

describe('a steady rate of arrivals', () => {
  it('begins as many iterations as are due, however long each takes, and waits for all', async () => {
    let ended = 0;
    await execute('steady', arrivals, async () => {
      await sleep(300);
      ended++;
    });
    expect(ended).toBe(20);
  });

  it('counts those that there is no user for', async () => {
    const before = sumOf('dropped_iterations');
    await execute('short', { ...arrivals, maxVUs: 5 }, () => sleep(300));
    expect(sumOf('dropped_iterations') - before).toBe(15);
  });
});

describe('users with a number of iterations each', () => {
  it('do them one after the other, each iteration knowing whose it is', async () => {
    const seen: string[] = [];
    const users = {
      executor: 'per-vu-iterations',
      vus: 3,
      iterations: 2,
      maxDuration: 5_000,
      exec: 'default',
      startTime: 0,
    } as const;
    await execute('users', users, async () => {
      await sleep(5);
      const { scenario, userId, iteration } = currentContext()!;
      seen.push(`${scenario} ${userId} ${iteration}`);
    });
    expect(seen.sort()).toEqual([
      'users 1 0',
      'users 1 3',
      'users 2 1',
      'users 2 4',
      'users 3 2',
      'users 3 5',
    ]);
  });
});

describe('several workers', () => {
  /** What each of the workers would do, here in one thread. */
  function shares(of: number, scenario: string, stop = new AbortController().signal): Share[] {
    const began = performance.now();
    const nextIteration = iterationCounter(newCounters(1), [scenario]);
    return Array.from({ length: of }, (_, index) => ({ index, of, began, stop, nextIteration }));
  }

  const users = {
    executor: 'per-vu-iterations',
    vus: 7,
    iterations: 2,
    maxDuration: 5_000,
    exec: 'default',
    startTime: 0,
  } as const;

  it.each([
    [1, 50],
    [3, 50],
    [7, 3],
  ])('%i of them begin or count each arrival once, with %i users', async (of, maxVUs) => {
    const dropped = sumOf('dropped_iterations');
    const seen: number[] = [];
    const userIds = new Set<number>();
    const name = `shared by ${of}`;
    await Promise.all(
      shares(of, name).map((share) =>
        execute(
          name,
          { ...arrivals, maxVUs },
          () => {
            seen.push(currentContext()!.iteration);
            userIds.add(currentContext()!.userId);
            return Promise.resolve();
          },
          share,
        ),
      ),
    );
    // On a busy machine several are due at once, for which three users are too few.
    expect(seen.length + sumOf('dropped_iterations') - dropped).toBe(20);
    expect(seen.sort((a, b) => a - b)).toEqual(seen.map((_, n) => n));
    expect(Math.max(...userIds)).toBeLessThanOrEqual(maxVUs);
  });

  it.each([1, 2, 10])('%i of them have each user once', async (of) => {
    const seen: string[] = [];
    const name = `users of ${of}`;
    await Promise.all(
      shares(of, name).map((share) =>
        execute(
          name,
          users,
          () => {
            seen.push(`${currentContext()!.userId}`);
            return Promise.resolve();
          },
          share,
        ),
      ),
    );
    expect(seen.sort()).toEqual(['1', '1', '2', '2', '3', '3', '4', '4', '5', '5', '6', '6', '7', '7']);
  });

  it('begin nothing more once they are stopped, and end what is under way', async () => {
    const stop = new AbortController();
    let [begun, ended] = [0, 0];
    const iterate = async () => {
      if (++begun === 3) stop.abort();
      await sleep(5);
      ended++;
    };
    const long = { ...arrivals, duration: 60_000 };
    await Promise.all(
      shares(2, 'stopped', stop.signal).flatMap((share) => [
        execute('stopped', long, iterate, share),
        execute('stopped', { ...users, vus: 1, iterations: 1_000 }, iterate, share),
      ]),
    );
    expect(begun).toBeLessThan(20);
    expect(ended).toBe(begun);
  });
});
