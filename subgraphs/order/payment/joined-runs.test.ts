import { expect, it } from 'vitest';
import { JoinedRuns } from './joined-runs.ts';

it('calls during a run share one run that begins after it', async () => {
  const runs = new JoinedRuns();
  let begun = 0;
  const ends: (() => void)[] = [];
  const work = () => {
    begun++;
    return new Promise<void>((resolve) => ends.push(resolve));
  };
  const first = runs.run('a', work);
  const others = [runs.run('a', work), runs.run('a', work), runs.run('a', work)];
  const elsewhere = runs.run('b', work);
  expect(begun).toBe(2);
  ends[0]!();
  await first;
  await Promise.resolve();
  expect(begun).toBe(3);
  ends[1]!();
  ends[2]!();
  await Promise.all([...others, elsewhere]);
  expect(begun).toBe(3);
});

it('a run that fails fails for its callers, and not for those of the next', async () => {
  const runs = new JoinedRuns();
  const failing = runs.run('a', () => Promise.reject(new Error('no answer')));
  const next = runs.run('a', () => Promise.resolve());
  await expect(failing).rejects.toThrow('no answer');
  await expect(next).resolves.toBeUndefined();
});
