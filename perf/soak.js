/**
 * Hours of ordinary traffic: do memory and file descriptors of the processes stay flat?
 *
 * RATE iterations a second arrive for DURATION: four of five read the pages of the shop, one purchases and pays. The
 * metrics of each process (METRICS_URLS) are read every SAMPLE_EVERY; after WARM_UP, neither its memory nor its descriptors may
 * grow by more than MEMORY_GROWTH_MIB and DESCRIPTOR_GROWTH over the rest of the run.
 */
import exec from 'k6/execution';
import { Counter, Gauge } from 'k6/metrics';
import { log } from './lib/log.js';
import { arrivals, inTime, timesOf } from './lib/arrivals.js';
import { purchasesBy, requireBuyers } from './lib/buyers.js';
import { processes, readProcess, watchProcess } from './lib/processes.js';
import { buy } from './lib/purchase.js';
import { count, seconds } from './lib/settings.js';
import { closeSale, openSale, saleOptions } from './lib/sale.js';
import { signInAsAdmin } from './lib/shop.js';
import { table } from './lib/summary.js';
import { browse, pay } from './lib/user-flow.js';

const RATE = count('RATE', 50);
const DURATION = seconds('DURATION', '1h', 1);
const WARM_UP = seconds('WARM_UP', `${Math.ceil(DURATION / 4)}s`);
const SAMPLE_EVERY = Math.max(1, seconds('SAMPLE_EVERY', DURATION >= 300 ? '5s' : '1s'));
if (DURATION < WARM_UP + 2 * SAMPLE_EVERY)
  throw new Error('DURATION is not acceptable: expected WARM_UP and at least two times SAMPLE_EVERY.');
const USERS = count('USERS', 100);
/** More than there will be. */
const MOST_PURCHASES = Math.ceil((RATE * DURATION) / 5) + 2;
const UNITS = count('UNITS', MOST_PURCHASES);
const MOST_GROWTH = {
  memory: count('MEMORY_GROWTH_MIB', 32),
  descriptors: count('DESCRIPTOR_GROWTH', 32),
};
const ADDRESS = { postalCode: '04524', line1: '110 Sejong-daero' };

/** Iterations that a fault ended. */
const broken = new Counter('iterations_broken');
/** Orders reported as paid minus orders that are paid: see lib/ledger.js. */
const paidLeft = new Counter('books_paid_left');
/** After the warm-up, over the rest of the run; by `process`. */
const growth = {
  memory: new Gauge('memory_growth_mib'),
  descriptors: new Gauge('descriptor_growth'),
};
/** At the end; by `process`. */
const last = { memory: new Gauge('memory_mib'), descriptors: new Gauge('descriptors') };
const watched = new Counter('processes_watched');

const of = (metric, { name }) => `${metric}{process:${name}}`;
const thresholdsOf = (metric, condition) =>
  Object.fromEntries(processes.map((process) => [of(metric, process), [condition]]));

const TIMES = {
  products: timesOf('visitors', 'Products'),
  page: timesOf('visitors', 'ProductPage'),
  purchase: timesOf('buyers', 'Purchase'),
  pay: timesOf('buyers', 'Pay'),
};

export const options = saleOptions({
  scenarios: {
    visitors: arrivals({ rate: (RATE * 4) / 5, duration: DURATION, seconds: 5, exec: 'visit' }),
    buyers: arrivals({ rate: RATE / 5, duration: DURATION, seconds: 5, exec: 'purchase' }),
    watch: {
      executor: 'per-vu-iterations',
      vus: processes.length,
      iterations: 1,
      maxDuration: `${DURATION + 120}s`,
      exec: 'watch',
    },
  },
  teardownTimeout: '1h',
  thresholds: {
    books_paid_left: ['count==0'],
    iterations_broken: ['count==0'],
    processes_watched: [`count==${processes.length}`],
    ...thresholdsOf('memory_growth_mib', `value<=${MOST_GROWTH.memory}`),
    ...thresholdsOf('descriptor_growth', `value<=${MOST_GROWTH.descriptors}`),
    // Always met: they make k6 keep these parts for the summary.
    ...thresholdsOf('memory_mib', 'value>=0'),
    ...thresholdsOf('descriptors', 'value>=0'),
    ...inTime(Object.values(TIMES), RATE * DURATION),
  },
});

export async function setup() {
  const admin = await signInAsAdmin();
  await requireBuyers(USERS);
  for (const process of processes) await readProcess(process);
  const sale = { name: 'Load test: soak', units: UNITS, lasts: DURATION + 3600 };
  return openSale(admin, sale, [paidLeft, broken, watched]);
}

export async function visit({ productId }) {
  await unlessBroken(() => browse(productId));
}

const purchaseOf = purchasesBy(USERS);

export async function purchase({ productId, run }) {
  const own = purchaseOf(run, exec.scenario.iterationInTest);
  const { order } = await buy({ ...own, productId });
  if (!order) return;
  await unlessBroken(async () => {
    // An order that is not paid would expire during the run, and its unit would go back on sale.
    await pay(order.id, 'sim_success', own.token, ADDRESS);
    paidLeft.add(1);
  });
}

export async function watch() {
  const process = processes[exec.scenario.iterationInTest];
  const times = { duration: DURATION, warmUp: WARM_UP, every: SAMPLE_EVERY };
  const figures = await watchProcess(process, times);
  for (const [figure, values] of Object.entries(figures)) {
    growth[figure].add(values.growth, { process: process.name });
    last[figure].add(values.last, { process: process.name });
  }
  watched.add(1);
}

async function unlessBroken(work) {
  try {
    await work();
  } catch (error) {
    broken.add(1);
    log(error.message);
  }
}

export async function teardown(sale) {
  const purchases = Array.from({ length: MOST_PURCHASES }, (_, number) => purchaseOf(sale.run, number));
  const inspect = ({ status }) => {
    if (status !== 'PENDING_PAYMENT' && status !== 'PAYING') paidLeft.add(-1);
  };
  await closeSale(sale, { purchases, units: UNITS, inspect });
}

export function handleSummary(data) {
  return table(data, `soak: ${RATE} a second for ${DURATION} s, growth after ${WARM_UP} s`, [
    ['list of products', TIMES.products],
    ['product page', TIMES.page],
    ['purchase', TIMES.purchase],
    ['pay', TIMES.pay],
    ['sold out', 'purchase_outcomes{outcome:SoldOut}'],
    ...processes.flatMap((process) => [
      [`${process.name}: MiB`, of('memory_mib', process)],
      [`${process.name}: growth, MiB`, of('memory_growth_mib', process)],
      [`${process.name}: descriptors`, of('descriptors', process)],
      [`${process.name}: growth`, of('descriptor_growth', process)],
    ]),
    ['broken off', 'iterations_broken'],
    ['not sent in time', 'dropped_iterations'],
  ]);
}
