import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { deriveOrderId } from '../../subgraphs/order/orders/order-id.ts';
import type { OrderBooks } from '../harness/order-books.ts';
import { randomFrom } from '../harness/random-numbers.ts';
import { newKey } from '../harness/shop.ts';
import { askSubgraph, buyer } from '../harness/subgraph-call.ts';
import { waitUntil } from '../harness/wait-until.ts';
import type { ChaosSystem } from './chaos-system.ts';
import { brokenRules, type ProductAtRest } from './checks.ts';
import type { Fault } from './faults/fault.ts';
import { call, countAnswers, type Call } from './history.ts';
import { PURCHASE } from './operations.ts';
import { putOnSale, SCARCE, type Products } from './products.ts';
import { measureRecovery, ReadinessWatch } from './recovery.ts';
import { Workload } from './workload.ts';

/** Milliseconds. */
const RECOVERY_LIMIT_MS = 10_000;
const RECOVERY_WAIT_MS = 45_000;
const BEFORE_MS = 2_000;
const AFTER_MS = 2_000;
const USUAL_FAULT_S = 5;
const KEYS_SETTLE_WITHIN_MS = 30_000;
const QUIET_WITHIN_MS = 30_000;
/** Above one of these, the times are those of a machine that has too much to do, and say nothing of recovery. Milliseconds. */
const LATE_MS = 100;
const USUAL_PURCHASE_MS = 300;
/** Confirmed keys that are sent again at the end. */
const REPLAYS = 20;

export interface Result {
  readonly fault: Fault;
  readonly purchases: readonly Call[];
  readonly others: readonly Call[];
  /** Of what was begun while the fault lasted, or before it was recovered from. */
  readonly seen: string;
  readonly seenByOthers: string;
  readonly readiness: string;
  /** Milliseconds from the healing; null when it did not come. */
  readonly firstPurchaseMs: number | null;
  readonly recoveryMs: number | null;
  /** How late 9 of 10 timers of this process were at most, in milliseconds: the proxies and clients are in it. */
  readonly latenessMs: number;
  /** Median time of a purchase before the fault, in milliseconds. */
  readonly usualMs: number;
  /** Whether the machine had time enough for the times of recovery to be judged. */
  readonly isRecoveryJudged: boolean;
  readonly broken: readonly string[];
}

export interface ExperimentOptions {
  readonly seed: number;
  readonly purchasesPerSecond: number;
  readonly log: (line: string) => void;
  /** Milliseconds; a test on a busy machine gives more. */
  readonly recoveryLimitMs?: number;
}

/** One fault under load: injects it, heals it, measures what clients see, and checks every rule when all is quiet. */
export async function runExperiment(
  system: ChaosSystem,
  fault: Fault,
  { seed, purchasesPerSecond, log, recoveryLimitMs = RECOVERY_LIMIT_MS }: ExperimentOptions,
): Promise<Result> {
  const products = await putOnSale(system);
  const random = randomFrom(seed);
  const workload = new Workload(system, products, random, purchasesPerSecond);
  const subjects = { productId: products.struck, random, takeOrder: () => workload.takeOrder() };
  const readiness = new ReadinessWatch(system.services);
  const probes: Call[] = [];

  const lateness = monitorEventLoopDelay({ resolution: 10 });
  lateness.enable();

  workload.start();
  await sleep(BEFORE_MS);
  readiness.take(system.services);
  const beganAt = performance.now();
  const heal = await fault.inject(system, products);
  log(`${fault.name}: injected`);
  await sleep((fault.lastsS ?? USUAL_FAULT_S) * 1_000);
  const seenReadiness = readiness.take(system.services);
  await heal();
  const healedAt = performance.now();
  log(`${fault.name}: healed`);
  const recovered = await measureRecovery(system, subjects, healedAt, RECOVERY_WAIT_MS, (made) =>
    probes.push(made),
  );
  const recoveredAt = performance.now();
  lateness.disable();
  const latenessMs = lateness.percentile(90) / 1e6;
  const usualMs = median(workload.purchases.filter(({ endedAt }) => endedAt < beganAt));
  const isRecoveryJudged = latenessMs <= LATE_MS && usualMs <= USUAL_PURCHASE_MS;
  await sleep(AFTER_MS);
  readiness.stop();
  await workload.stop(KEYS_SETTLE_WITHIN_MS);
  log(`${fault.name}: every key has its answer`);

  const confirmed = workload.purchases.filter(({ orderId }) => orderId !== null).slice(-REPLAYS);
  for (const made of confirmed) await workload.repeat(made);
  const during = ({ begunAt }: Call) => begunAt >= beganAt && begunAt <= recoveredAt;
  const slow = (isRecoveryJudged ? recovered : []).filter(
    ({ afterMs }) => afterMs === null || afterMs > recoveryLimitMs,
  );
  const broken = [
    ...slow.map(({ what, afterMs, lastAnswer }) =>
      afterMs === null
        ? `${what} did not succeed within ${RECOVERY_WAIT_MS / 1_000} s of the healing; the last answer was ${lastAnswer}`
        : `${what} succeeded only ${(afterMs / 1_000).toFixed(1)} s after the healing`,
    ),
    ...(await system.withBooks(async (books) =>
      brokenRules(
        {
          products: await productsAtRest(system, products, books, log),
          purchases: workload.purchases,
          others: [...workload.others, ...probes],
          statuses: await books.readStatuses(),
          orderIdOf: ({ userId, key }) => deriveOrderId(userId, key),
          mayBeLost: fault.losesOrders ? [beganAt, healedAt] : null,
        },
        isRecoveryJudged,
      ),
    )),
  ];
  const firstPurchase = workload.purchases.find(
    ({ endedAt, outcome, productId }) =>
      outcome === 'yes' && endedAt >= healedAt && productId === products.struck,
  );
  return {
    fault,
    purchases: workload.purchases,
    others: workload.others,
    seen: countAnswers(workload.purchases.filter(during)),
    seenByOthers: countAnswers(workload.others.filter((made) => during(made) && made.outcome !== 'yes')),
    readiness: seenReadiness,
    firstPurchaseMs: firstPurchase ? firstPurchase.endedAt - healedAt : null,
    recoveryMs: recovered.every(({ afterMs }) => afterMs !== null)
      ? Math.max(...recovered.map(({ afterMs }) => afterMs!))
      : null,
    latenessMs,
    usualMs,
    isRecoveryJudged,
    broken,
  };
}

/** Milliseconds; without a call that has ended it is infinite. */
function median(calls: readonly Call[]): number {
  const sorted = calls.map(({ begunAt, endedAt }) => endedAt - begunAt).sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Infinity;
}

/** Waits until nothing is reserved, for a bounded time: the rules say what is wrong then. */
async function productsAtRest(
  system: ChaosSystem,
  { struck, healthy, scarce }: Products,
  books: OrderBooks,
  log: (line: string) => void,
): Promise<ProductAtRest[]> {
  const named = { struck, healthy, scarce };
  const read = async () => {
    const mysql = await books.readStock(Object.values(named));
    const redis = await Promise.all(
      Object.values(named).map((id) => books.readStockInRedis(id).catch(() => null)),
    );
    return mysql.map((ofMysql, i) => ({
      mysql: ofMysql,
      redis: redis[i] ?? { total: NaN, sold: NaN, reserved: NaN },
    }));
  };
  const isQuiet = (all: Awaited<ReturnType<typeof read>>) =>
    all.every(
      ({ mysql, redis }) => redis.reserved === 0 && redis.sold === mysql.sold && redis.total === mysql.total,
    );
  await waitUntil('quiet', read, isQuiet, QUIET_WITHIN_MS).catch((error: Error) => log(error.message));
  const atRest = await read();
  const products: ProductAtRest[] = [];
  for (const [i, [name, id]] of Object.entries(named).entries()) {
    const next = await call('purchase', 'PurchaseConfirmed', async () => {
      const variables = { input: { productId: id, quantity: 1, idempotencyKey: newKey() } };
      const { status, data, errors } = await askSubgraph(
        'order',
        system.stack.order[0]!.url,
        PURCHASE,
        variables,
        buyer(),
      );
      return { status, data, ...(errors ? { errors } : {}) };
    });
    const isPlentiful = name !== 'scarce';
    products.push({
      name,
      ...atRest[i]!,
      nextPurchase: next.answer,
      isPlentiful,
      limit: isPlentiful ? null : SCARCE.purchaseLimit,
    });
  }
  return products;
}
