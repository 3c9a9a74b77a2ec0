import { setTimeout as sleep } from 'node:timers/promises';
import { addSample, metricOf } from './metrics.ts';
import { arrivalsOf, type ConstantArrivalRate, type PerUserIterations, type Scenario } from './scenario.ts';
import { wholeRun, type Share } from './share.ts';
import { runAs } from './user-context.ts';

/** One iteration of a scenario's function. */
type Iterate = () => Promise<void>;

metricOf('iterations', 'counter');
metricOf('iteration_duration', 'trend', 'time');
metricOf('dropped_iterations', 'counter');

/** Resolves when this share of the scenario is over: everything was begun, and has ended. */
export async function execute(
  name: string,
  scenario: Scenario,
  iterate: Iterate,
  share: Share = wholeRun(),
): Promise<void> {
  await until(share.began + scenario.startTime, share.stop);
  if (scenario.executor === 'per-vu-iterations') await perUser(name, scenario, iterate, share);
  else await atArrivalRate(name, scenario, iterate, share);
}

/** Every user does the same number of iterations, one after the other, at its own pace. */
async function perUser(
  name: string,
  { vus, iterations, maxDuration, startTime }: PerUserIterations,
  iterate: Iterate,
  share: Share,
): Promise<void> {
  const end = share.began + startTime + maxDuration;
  const user = async (userId: number) => {
    for (let n = 0; n < iterations && performance.now() < end && !share.stop.aborted; n++)
      await observe(name, userId, share.nextIteration(name), iterate);
  };
  await Promise.all(usersOf(vus, share.index, share.of).map(user));
}

/**
 * Iterations begin when they are due, whatever became of those before: an open model. Of the arrivals, a share has every n-th, so that
 * those of all shares together are evenly spaced.
 */
async function atArrivalRate(
  name: string,
  scenario: ConstantArrivalRate,
  iterate: Iterate,
  share: Share,
): Promise<void> {
  const { rate, timeUnit, maxVUs, startTime } = scenario;
  // A worker without a user could begin nothing.
  const of = Math.min(share.of, maxVUs);
  if (share.index >= of) return;
  const perMs = rate / timeUnit;
  const total = arrivalsOf(scenario);
  const began = share.began + startTime;
  const idle = usersOf(maxVUs, share.index, of).reverse();
  const underWay = new Set<Promise<void>>();

  for (let due = share.index; due < total && !share.stop.aborted;) {
    const dueNow = Math.min(total, Math.floor((performance.now() - began) * perMs) + 1);
    for (; due < dueNow; due += of) {
      const userId = idle.pop();
      if (userId === undefined) {
        addSample('dropped_iterations', 1, { scenario: name });
        continue;
      }
      const iteration = observe(name, userId, share.nextIteration(name), iterate).finally(() => {
        idle.push(userId);
        underWay.delete(iteration);
      });
      underWay.add(iteration);
    }
    await until(began + Math.min(due, total) / perMs, share.stop);
  }
  await Promise.all(underWay);
}

/** Numbers from 1 to `all`, every `of`-th. */
const usersOf = (all: number, index: number, of: number): number[] =>
  Array.from({ length: Math.ceil((all - index) / of) }, (_, n) => index + n * of + 1);

/** @param moment by `performance.now()` */
const until = (moment: number, stop: AbortSignal): Promise<void> =>
  sleep(Math.max(0, moment - performance.now()), undefined, { signal: stop }).catch(() => undefined);

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
