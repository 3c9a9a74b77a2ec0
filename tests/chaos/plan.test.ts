import { expect, it } from 'vitest';
import { FAULTS } from './faults/catalogue.ts';
import { randomPlan } from './plan.ts';

const planOf = (seed: number, rounds = 200) => {
  const plan = randomPlan(seed, FAULTS);
  return Array.from({ length: rounds }, () => plan.next().value);
};

it('is the same for the same seed, and another one for another seed', () => {
  expect(planOf(7)).toEqual(planOf(7));
  expect(planOf(7)).not.toEqual(planOf(8));
});

it('reaches every fault, some alone and some beside another', () => {
  const rounds = planOf(1, 2_000);
  const names = new Set(rounds.flatMap(({ faults }) => faults.map(({ fault }) => fault.name)));
  expect([...names].sort()).toEqual(FAULTS.map(({ name }) => name).sort());
  expect(new Set(rounds.map(({ faults }) => faults.length))).toEqual(new Set([1, 2]));
});

it('strikes two different things when it strikes twice', () => {
  const kindOf = (name: string) =>
    name.replace(/^(keys|redis)-.*/, 'redis').replace(/^(commit|mysql)-.*/, 'mysql');
  for (const { faults } of planOf(3)) {
    const [first, second] = faults.map(({ fault }) => kindOf(fault.name));
    expect(second).not.toBe(first);
  }
});

it('leaves what spoils the system alone', () => {
  for (const { faults } of planOf(5, 1_000))
    if (faults.some(({ fault }) => fault.spoilsSystem)) expect(faults).toHaveLength(1);
});
