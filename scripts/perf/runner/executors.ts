import { setTimeout as sleep } from 'node:timers/promises';
import { addSample, metricOf } from './metrics.ts';
import type { ConstantArrivalRate, PerUserIterations, Scenario } from './scenario.ts';
import { runAs } from './user-context.ts';

/** One iteration of a scenario's function. */
type Iterate = () => Promise<void>;

metricOf('iterations', 'counter');
metricOf('iteration_duration', 'trend', 'time');
metricOf('dropped_iterations', 'counter');

/** Resolves when the scenario is over: everything was begun, and has ended. */
export async function execute(name: string, scenario: Scenario, iterate: Iterate): Promise<void> {
  await sleep(scenario.startTime);
  if (scenario.executor === 'per-vu-iterations') await perUser(name, scenario, iterate);
  else await atArrivalRate(name, scenario, iterate);
}

/** Every user does the same number of iterations, one after the other, at its own pace. */
async function perUser(
  name: string,
  { vus, iterations, maxDuration }: PerUserIterations,
  iterate: Iterate,
): Promise<void> {
  const until = performance.now() + maxDuration;
  let begun = 0;
  const user = async (userId: number) => {
    for (let n = 0; n < iterations && performance.now() < until; n++)
      await observe(name, userId, begun++, iterate);
  };
  await Promise.all(Array.from({ length: vus }, (_, index) => user(index + 1)));
}

/** Iterations begin when they are due, whatever became of those before: an open model. */
async function atArrivalRate(
  name: string,
  { rate, timeUnit, duration, maxVUs }: ConstantArrivalRate,
  iterate: Iterate,
): Promise<void> {
  const perMs = rate / timeUnit;
  const total = Math.floor(perMs * duration);
  const began = performance.now();
  const idle = Array.from({ length: maxVUs }, (_, index) => maxVUs - index);
  const underWay = new Set<Promise<void>>();

  let begun = 0;
  for (let due = 0; due < total;) {
    const dueNow = Math.min(total, Math.floor((performance.now() - began) * perMs) + 1);
    for (; due < dueNow; due++) {
      const userId = idle.pop();
      if (userId === undefined) {
        addSample('dropped_iterations', 1, { scenario: name });
        continue;
      }
      const iteration = observe(name, userId, begun++, iterate).finally(() => {
        idle.push(userId);
        underWay.delete(iteration);
      });
      underWay.add(iteration);
    }
    await sleep(Math.max(0, began + due / perMs - performance.now()));
  }
  await Promise.all(underWay);
}

/** Of iterations that threw. */
const MOST_FAILURES_SHOWN = 10;
let failures = 0;

/** An iteration that throws is an iteration too, and the next one goes on. */
async function observe(scenario: string, userId: number, iteration: number, iterate: Iterate): Promise<void> {
  const began = performance.now();
  try {
    await runAs({ scenario, userId, iteration }, iterate);
  } catch (error) {
    if (failures++ < MOST_FAILURES_SHOWN) console.error(error instanceof Error ? error.message : error);
  }
  addSample('iterations', 1, { scenario });
  addSample('iteration_duration', performance.now() - began, { scenario });
}
