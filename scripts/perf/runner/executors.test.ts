import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { execute } from './executors.ts';
import { allMetrics } from './metrics.ts';
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
