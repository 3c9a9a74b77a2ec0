import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Teardown } from '../../scripts/start/teardown.ts';
import { randomFrom } from '../harness/random-numbers.ts';
import { readAtRest } from './at-rest.ts';
import type { ChaosSystem } from './chaos-system.ts';
import { findBreaches, type Breach } from './checks.ts';
import type { Fault } from './faults/fault.ts';
import { countAnswers, type Call, type History, type Outcome } from './history.ts';
import { putOnSale, type Products } from './products.ts';
import { measureRecovery, ReadinessWatch } from './recovery.ts';
import { StockSampler } from './stock-samples.ts';
import { inventUsers } from './users.ts';
import { Workload } from './workload.ts';

/** Milliseconds. */
const RECOVERY_LIMIT_MS = 10_000;
const RECOVERY_WAIT_MS = 45_000;
/** How long the workload runs before the first fault, and after the recovery. */
const USUAL_MS = 2_000;
const USUAL_FAULT_S = 5;
const KEYS_SETTLE_WITHIN_MS = 30_000;
/** Above one of these, the machine is overloaded, so its times do not measure recovery. Milliseconds. */
const LATE_MS = 100;
const USUAL_PURCHASE_MS = 300;
/** Confirmed keys that are sent again at the end. */
const REPLAYS = 20;
const LEAST_BUYERS = 60;

export interface PlannedFault {
  readonly fault: Fault;
  /** From the beginning of the round's first fault to its injection, and from there to its healing. */
  readonly afterMs: number;
  readonly lastsMs: number;
}

/** One fault, or several at once. */
export interface Round {
  readonly name: string;
  readonly faults: readonly PlannedFault[];
  /** Of what clients do. */
  readonly seed: number;
}

/** The fault alone, for as long as it usually lasts. */
export const roundOf = (fault: Fault, seed: number): Round => ({
  name: fault.name,
  faults: [{ fault, afterMs: 0, lastsMs: (fault.lastsS ?? USUAL_FAULT_S) * 1_000 }],
  seed,
});

export interface Result {
  readonly round: Round;
  /** Keys of purchases and checkouts. */
  readonly purchases: number;
  readonly requests: Readonly<Record<Outcome, number>>;
  /** Of requests that began during the fault, or before the recovery. */
  readonly seen: string;
  readonly seenByOthers: string;
  readonly readiness: string;
  /** Milliseconds from the healing; null: it was not reached. */
  readonly firstPurchaseMs: number | null;
  readonly recoveryMs: number | null;
  /** 90th percentile of the timer delay of this process, which runs the clients, in milliseconds. */
  readonly latenessMs: number;
  /** Median time of a purchase before the fault, in milliseconds. */
  readonly usualMs: number;
  /** Whether the machine was idle enough for recovery times to be judged. */
  readonly isRecoveryJudged: boolean;
  readonly breaches: readonly Breach[];
  /** A sentence for each operation that recovered too late. */
  readonly slow: readonly string[];
  /** The products, for the check at the end of the system. */
  readonly products: Products;
}

export interface ExperimentOptions {
  readonly purchasesPerSecond: number;
  /** Records every request, so that it exists also when the round fails. */
  readonly history: History;
  readonly log: (line: string) => void;
  /** Milliseconds; a test on a busy machine gives more. */
  readonly recoveryLimitMs?: number;
}

export const isBroken = ({ breaches, slow }: Result): boolean => breaches.length + slow.length > 0;

/**
 * One fault or several under load: injects and heals them, measures what clients observe, and checks every rule when nothing is in flight.
 *
 * @throws when a fault could not be injected or healed; the system is of no use then
 */
export async function runExperiment(
  system: ChaosSystem,
  round: Round,
  options: ExperimentOptions,
): Promise<Result> {
  const started = new Teardown();
  try {
    return await observe(system, round, options, started);
  } finally {
    await started.run();
  }
}

/** @param started gets what has to be stopped, whatever happens */
async function observe(
  system: ChaosSystem,
  round: Round,
  { purchasesPerSecond, history, log, recoveryLimitMs = RECOVERY_LIMIT_MS }: ExperimentOptions,
  started: Teardown,
): Promise<Result> {
  const products = await putOnSale(system);
  const users = inventUsers(Math.max(LEAST_BUYERS, purchasesPerSecond * 4));
  const random = randomFrom(round.seed);
  const workload = new Workload(system, products, users, { random, perSecond: purchasesPerSecond, history });
  const readiness = new ReadinessWatch(system.services);
  const productIds = products.all.map(({ id }) => id);
  const sampler = new StockSampler(system, productIds);
  const lateness = monitorEventLoopDelay({ resolution: 10 });
  lateness.enable();
  await started.add(() => {
    workload.halt();
    readiness.stop();
    sampler.halt();
    lateness.disable();
  });

  workload.start();
  await sleep(USUAL_MS);
  readiness.take(system.services);
  const beganAt = performance.now();
  await injectAll(system, round, products, log);
  const healedAt = performance.now();
  const seenReadiness = readiness.take(system.services);
  const subjects = {
    productId: products.struck,
    userIds: users.probes,
    random,
    takeOrder: () => workload.takeOrder(),
  };
  const recovered = await measureRecovery(system, subjects, healedAt, RECOVERY_WAIT_MS, (made) =>
    history.others.push({ ...made, field: null }),
  );
  const recoveredAt = performance.now();
  lateness.disable();
  const latenessMs = lateness.percentile(90) / 1e6;
  const usualMs = median(history.purchases.filter(({ endedAt }) => endedAt < beganAt));
  const isRecoveryJudged = latenessMs <= LATE_MS && usualMs <= USUAL_PURCHASE_MS;
  await sleep(USUAL_MS);
  await workload.stop(KEYS_SETTLE_WITHIN_MS);
  log(`${round.name}: every key has its answer`);
  for (const made of history.purchases.filter(({ orderId }) => orderId !== null).slice(-REPLAYS))
    await workload.repeat(made);
  await sampler.stop();

  const losesOrders = round.faults.some(({ fault }) => fault.losesOrders);
  const breaches = findBreaches(
    {
      ...(await readAtRest(system, products, users.visitor, log)),
      purchases: history.purchases,
      restocks: history.restocks,
      others: history.others,
      samples: sampler.samples,
      mayBeLost: losesOrders ? [beganAt, healedAt] : null,
    },
    isRecoveryJudged,
  );
  const slow = (isRecoveryJudged ? recovered : []).filter(
    ({ afterMs }) => afterMs === null || afterMs > recoveryLimitMs,
  );
  const during = ({ begunAt }: Call) => begunAt >= beganAt && begunAt <= recoveredAt;
  const firstPurchase = history.purchases.find(
    ({ endedAt, orderId, wanted }) =>
      orderId !== null && endedAt >= healedAt && wanted?.[0]?.productId === products.struck,
  );
  return {
    round,
    purchases: workload.begun,
    requests: countOutcomes(history.all),
    seen: countAnswers(history.purchases.filter(during)),
    seenByOthers: countAnswers(history.others.filter((made) => during(made) && made.outcome !== 'yes')),
    readiness: seenReadiness,
    firstPurchaseMs: firstPurchase ? firstPurchase.endedAt - healedAt : null,
    recoveryMs: recovered.every(({ afterMs }) => afterMs !== null)
      ? Math.max(...recovered.map(({ afterMs }) => afterMs!))
      : null,
    latenessMs,
    usualMs,
    isRecoveryJudged,
    breaches,
    slow: slow.map(({ what, afterMs, lastAnswer }) =>
      afterMs === null
        ? `${what} did not succeed within ${RECOVERY_WAIT_MS / 1_000} s of the healing; the last answer was ${lastAnswer}`
        : `${what} succeeded only ${(afterMs / 1_000).toFixed(1)} s after the healing`,
    ),
    products,
  };
}

/** A fault needs something that another fault of the round has removed. The round is no evidence about the system. */
export class NotInjected extends Error {
  override readonly name = 'NotInjected';

  constructor(fault: string, cause: unknown) {
    super(`${fault} could not be injected beside the other`, { cause });
  }
}

/** Resolves when all are healed. */
async function injectAll(
  system: ChaosSystem,
  { faults }: Round,
  products: Products,
  log: (line: string) => void,
): Promise<void> {
  await Promise.all(
    faults.map(async ({ fault, afterMs, lastsMs }) => {
      await sleep(afterMs);
      const heal = await fault.inject(system, products).catch((error: unknown) => {
        if (faults.length === 1) throw error;
        throw new NotInjected(fault.name, error);
      });
      log(`${fault.name}: injected`);
      await sleep(lastsMs);
      await heal();
      log(`${fault.name}: healed`);
    }),
  );
}

function countOutcomes(calls: readonly Call[]): Record<Outcome, number> {
  const counts = { yes: 0, no: 0, unknown: 0 };
  for (const { outcome } of calls) counts[outcome]++;
  return counts;
}

/** Milliseconds; infinite if no call has ended. */
function median(calls: readonly Call[]): number {
  const sorted = calls.map(({ begunAt, endedAt }) => endedAt - begunAt).sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Infinity;
}
