import { z } from 'zod';
import { lengthOfTime } from './length-of-time.ts';

/** The executors that this runner has, with k6's settings for them. Unknown settings are refused, not left out. */
const common = { exec: z.string().default('default'), startTime: lengthOfTime.default(0) };

const perUserIterations = z.strictObject({
  executor: z.literal('per-vu-iterations'),
  vus: z.int().positive(),
  iterations: z.int().positive(),
  maxDuration: lengthOfTime.default(600_000),
  ...common,
});

const constantArrivalRate = z.strictObject({
  executor: z.literal('constant-arrival-rate'),
  rate: z.int().positive(),
  timeUnit: lengthOfTime.default(1_000),
  duration: lengthOfTime,
  preAllocatedVUs: z.int().nonnegative(),
  maxVUs: z.int().positive(),
  ...common,
});

export const scenarioFormat = z.discriminatedUnion('executor', [perUserIterations, constantArrivalRate]);

export type Scenario = z.infer<typeof scenarioFormat>;
export type PerUserIterations = z.infer<typeof perUserIterations>;
export type ConstantArrivalRate = z.infer<typeof constantArrivalRate>;

/** Iterations that are to begin, over all workers. */
export const iterationsOf = (scenario: Scenario): number =>
  scenario.executor === 'per-vu-iterations' ? scenario.vus * scenario.iterations : arrivalsOf(scenario);

export const arrivalsOf = ({ rate, timeUnit, duration }: ConstantArrivalRate): number =>
  Math.floor((rate / timeUnit) * duration);
