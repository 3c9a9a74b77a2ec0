import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Failpoint } from '../../../subgraphs/order/failpoints.ts';
import type { Service } from '../../harness/service.ts';
import { newKey } from '../../harness/shop.ts';
import { executeAtSubgraph, buyer } from '../../harness/subgraph-call.ts';
import { waitUntil } from '../../harness/wait-until.ts';
import type { ChaosSystem } from '../chaos-system.ts';
import { PURCHASE } from '../operations.ts';
import type { Products } from '../products.ts';
import { repeatedly, type Fault, type Heal } from './fault.ts';
import { lockStock } from './lock-stock.ts';
import { keepPaying } from './payers.ts';

/** Starts the work that reaches the failpoint. Resolves at once; the work continues until the fault is healed. */
type Cause = (system: ChaosSystem, products: Products, armed: Service) => Promise<Heal> | Heal;
type Signal = 'SIGKILL' | 'SIGSTOP';

interface Part {
  readonly name: string;
  readonly what: string;
  readonly places: readonly Failpoint[];
  readonly cause: Cause;
}

/** Longer than the five seconds that a reservation lives, and than MySQL keeps a silent transaction. */
const FROZEN_MS = 7_500;
const REACHED_WITHIN_MS = 120_000;
/** Purchases of which each leaves a reservation without a process. */
const ORPHANS = 20;

const ANSWER =
  'Confirmed by the other process; OutcomeUnknown, TIMEOUT or UNAVAILABLE for what was in flight, then Confirmed or PurchaseAbandoned';

/** The workload reaches it. */
const nothing: Cause = () => async () => undefined;

const rebuilds: Cause = ({ redis }) => repeatedly(1_500, () => redis.command('FLUSHALL'));

/** Purchases that are not sent again, in a process that is killed while they wait for MySQL. It is started again in the end. */
const orphans: Cause = async (system, { struck }) => {
  const doomed = system.stack.order[1]!;
  const holder = await lockStock(system.mysql.primary.url, struck);
  try {
    for (let i = 0; i < ORPHANS; i++) {
      const input = { productId: struck, quantity: 1, idempotencyKey: newKey() };
      executeAtSubgraph('order', doomed.url, PURCHASE, { input }, buyer()).catch(() => undefined);
    }
    await waitUntil('reservations', () =>
      system.withLedger(async (ledger) => (await ledger.readStockInRedis(struck)).reserved >= ORPHANS),
    );
    doomed.signal('SIGKILL');
    await doomed.ended();
  } finally {
    holder.destroy();
  }
  return async () => void (await system.restartService(doomed));
};

const payments: Cause = (_system, { healthy }, { url }) => keepPaying(url, healthy);

const PARTS: readonly Part[] = [
  {
    name: 'purchase',
    what: 'a purchase',
    places: [
      'before-reserve',
      'after-reserve',
      'before-commit',
      'after-commit',
      'before-confirm',
      'after-confirm',
    ],
    cause: nothing,
  },
  {
    name: 'tombstone',
    what: 'ending a purchase for good',
    places: ['before-tombstone', 'after-tombstone'],
    cause: nothing,
  },
  { name: 'reaper', what: 'the reaper', places: ['reaper-after-tombstone'], cause: orphans },
  {
    name: 'rebuild',
    what: 'a rebuild',
    places: ['rebuild-after-epoch', 'rebuild-before-gate', 'rebuild-after-gate'],
    cause: rebuilds,
  },
  {
    name: 'give-back',
    what: 'returning the units of an order',
    places: ['before-delivery', 'after-delivery'],
    cause: nothing,
  },
  {
    name: 'payment',
    what: 'a payment and its refund',
    places: ['before-charge', 'after-charge', 'after-refund'],
    cause: payments,
  },
];

/** One of two order processes is killed or frozen at one failpoint after the other, each time when it first reaches it. */
const struckIn = ({ name, what, places, cause }: Part, signal: Signal): Fault => ({
  name: `order-${signal === 'SIGKILL' ? 'killed' : 'frozen'}-in-${name}`,
  what: `one of two order processes is ${signal === 'SIGKILL' ? 'killed' : 'frozen for longer than a reservation lives'} at each step of ${what}`,
  answer: ANSWER,
  lastsS: 0,
  obstacle: () =>
    signal === 'SIGKILL' || existsSync('/proc/self/stat')
      ? null
      : 'that a process is frozen is read from /proc, which is not here.',
  async inject(system, products) {
    for (const place of places) {
      const armed = await system.replaceService(system.stack.order[0]!, {
        FAULT_POINT: `${place}:${signal}`,
      });
      const end = await cause(system, products, armed);
      try {
        await untilStruck(armed, place, signal);
        if (signal === 'SIGSTOP') await sleep(FROZEN_MS);
      } finally {
        armed.signal('SIGCONT');
        await end();
      }
    }
    return async () => void (await system.replaceService(system.stack.order[0]!));
  },
});

async function untilStruck(armed: Service, place: Failpoint, signal: Signal): Promise<void> {
  let hasEnded = false;
  void armed.ended().then(() => (hasEnded = true));
  const isStruck = () => (signal === 'SIGKILL' ? hasEnded : isStopped(armed.pid));
  await waitUntil(`a process to be struck at ${place}`, isStruck, Boolean, REACHED_WITHIN_MS);
}

const isStopped = (pid: number): boolean =>
  readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .startsWith('T');

export const STEP_FAULTS: readonly Fault[] = PARTS.flatMap((part) => [
  struckIn(part, 'SIGKILL'),
  struckIn(part, 'SIGSTOP'),
]);
