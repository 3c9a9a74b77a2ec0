import { randomFrom, type RandomNumbers } from '../harness/random-numbers.ts';
import type { PlannedFault, Round } from './experiment.ts';
import type { Fault } from './faults/fault.ts';

/** The component that a fault affects, by the first word of its name. Two simultaneous faults affect different components. */
const STRUCK: Readonly<Record<string, string>> = { keys: 'redis', commit: 'mysql', payment: 'order' };
const struckBy = ({ name }: Fault): string => {
  const [first] = name.split('-') as [string];
  return STRUCK[first] ?? first;
};

/** In a hundred: rounds that need a new system afterwards, and those of two faults. */
const SPOILING = 4;
const DOUBLE = 55;
const LONGEST_S = 8;
const LONGEST_DELAY_MS = 4_000;

/** An endless plan: one or two faults at a time, chosen, timed and healed from the seed. The same seed gives the same plan. */
export function* randomPlan(seed: number, faults: readonly Fault[]): Generator<Round, never> {
  const random = randomFrom(seed);
  const usual = faults.filter(({ spoilsSystem }) => !spoilsSystem);
  const spoiling = faults.filter(({ spoilsSystem }) => spoilsSystem);
  for (let i = 1; ; i++) {
    const isSpoiling = spoiling.length > 0 && (usual.length === 0 || random(100) < SPOILING);
    const first = choose(isSpoiling ? spoiling : usual, random);
    const beside = usual.filter((fault) => struckBy(fault) !== struckBy(first));
    const isDouble = !isSpoiling && beside.length > 0 && random(100) < DOUBLE;
    const planned = [planOf(first, 0, random)];
    if (isDouble) planned.push(planOf(choose(beside, random), random(LONGEST_DELAY_MS), random));
    const name = `${i}: ${planned.map(({ fault }) => fault.name).join(' + ')}`;
    yield { name, faults: planned, seed: random(1_000_000) };
  }
}

const choose = (faults: readonly Fault[], random: RandomNumbers): Fault => faults[random(faults.length)]!;

/** Between half and one and a half times as long as usual; what heals at once stays so. */
function planOf(fault: Fault, afterMs: number, random: RandomNumbers): PlannedFault {
  const usualMs = Math.min(LONGEST_S, fault.lastsS ?? 5) * 1_000;
  return { fault, afterMs, lastsMs: Math.round(usualMs * (0.5 + random(1_001) / 1_000)) };
}
