/**
 * Clients that retry: does a replay of a purchase always get what the purchase got?
 *
 * Of RATE requests a second, 20 % repeat a purchase with its key, for DURATION: half of them while the purchase is under
 * way, half after its result. Beside this steady rate, BURST purchases with the same share of replays arrive at one moment,
 * every BURST_EVERY.
 */
import exec from 'k6/execution';
import { Counter } from 'k6/metrics';
import { log } from './lib/log.js';
import { arrivals, inTime, timesOf } from './lib/arrivals.js';
import { requireBuyers, tokens } from './lib/buyers.js';
import { buy, replay } from './lib/purchase.js';
import { count, seconds } from './lib/settings.js';
import { closeSale, openSale, saleOptions } from './lib/sale.js';
import { signInAsAdmin } from './lib/shop.js';
import { grouped, table } from './lib/summary.js';

const RATE = count('RATE', 200);
const DURATION = seconds('DURATION', '30s', 1);
/** Purchases of a burst. */
const BURST = count('BURST', 100);
const BURST_EVERY = seconds('BURST_EVERY', '5s', 1);
const USERS = count('USERS', 100);
/** One purchase in four is repeated: a fifth of the requests. */
const REPEAT_EVERY = 4;
const PURCHASES_PER_SECOND = (RATE * REPEAT_EVERY) / (REPEAT_EVERY + 1);

/** More than there will be. */
const MOST = {
  steady: Math.ceil(PURCHASES_PER_SECOND * DURATION) + 2,
  bursts: (Math.ceil(DURATION / BURST_EVERY) + 1) * BURST,
};
/** So that there are orders and refusals to repeat. */
const UNITS = count('UNITS', Math.ceil((PURCHASES_PER_SECOND * DURATION * 3) / 4));

/** Replays; by `moment`: while the purchase was under way, or after its result. */
const replays = new Counter('replays');
/** Those with another result than the purchase. */
const wrongReplays = new Counter('wrong_replays');

const TIMES = { steady: timesOf('steady', 'Purchase'), bursts: timesOf('bursts', 'Purchase') };

export const options = saleOptions({
  scenarios: {
    steady: arrivals({ rate: PURCHASES_PER_SECOND, duration: DURATION, exec: 'steady' }),
    bursts: {
      ...arrivals({ rate: 1 / BURST_EVERY, duration: DURATION, seconds: 30, exec: 'burst' }),
      // Exactly: a rate of many seconds would be rounded, to none at last.
      rate: 1,
      timeUnit: `${BURST_EVERY}s`,
    },
  },
  teardownTimeout: '10m',
  thresholds: {
    wrong_replays: ['count==0'],
    'replays{moment:under way}': ['count>0'],
    'replays{moment:afterwards}': ['count>0'],
    ...inTime(Object.values(TIMES), PURCHASES_PER_SECOND * DURATION),
  },
});

export async function setup() {
  const admin = await signInAsAdmin();
  await requireBuyers(USERS);
  for (const moment of ['under way', 'afterwards']) replays.add(0, { moment });
  return openSale(admin, { name: 'Load test: retries', units: UNITS }, [wrongReplays]);
}

const purchaseOf = (run, scenario, number) => ({
  token: tokens[number % USERS],
  key: `perf-${run}-${scenario}-${number}`,
});

export async function steady({ productId, run }) {
  await purchaseAndRepeat(run, productId, exec.scenario.iterationInTest);
}

export async function burst({ productId, run }) {
  const first = exec.scenario.iterationInTest * BURST;
  await Promise.all(
    Array.from({ length: BURST }, (_, index) => purchaseAndRepeat(run, productId, first + index)),
  );
}

async function purchaseAndRepeat(run, productId, number) {
  const purchase = { ...purchaseOf(run, exec.scenario.name, number), productId };
  const isRepeated = number % REPEAT_EVERY === 0;
  const isUnderWay = number % (2 * REPEAT_EVERY) === 0;
  const first = buy(purchase);
  const second = isRepeated && isUnderWay ? replay(purchase) : undefined;
  const answer = await first;
  if (!isRepeated) return;
  if (isUnderWay) compare('under way', answer, await second);
  else compare('afterwards', answer, await replay(purchase));
}

/** The same order, or the same refusal; afterwards, an order says that it was there. */
function compare(moment, answer, repeated) {
  replays.add(1, { moment });
  const isSame =
    answer.__typename === repeated.__typename &&
    (!answer.order ||
      (answer.order.id === repeated.order.id && (moment === 'under way' || repeated.replayed === true)));
  if (isSame) return;
  wrongReplays.add(1);
  log(`a replay ${moment}: ${JSON.stringify(answer)} became ${JSON.stringify(repeated)}`);
}

export async function teardown(sale) {
  const purchases = Object.entries(MOST).flatMap(([scenario, most]) =>
    Array.from({ length: most }, (_, number) => purchaseOf(sale.run, scenario, number)),
  );
  await closeSale(sale, { purchases, units: UNITS });
}

export function handleSummary(data) {
  const title = `retry-storm: ${RATE} requests a second, ${grouped(BURST)} purchases every ${BURST_EVERY} s, for ${DURATION} s`;
  return table(data, title, [
    ['purchases, steady', TIMES.steady],
    ['purchases, in bursts', TIMES.bursts],
    ['confirmed', 'purchase_outcomes{outcome:PurchaseConfirmed}'],
    ['sold out', 'purchase_outcomes{outcome:SoldOut}'],
    ['replays under way', 'replays{moment:under way}'],
    ['replays afterwards', 'replays{moment:afterwards}'],
    ['with another result', 'wrong_replays'],
    ['got Busy', 'purchase_answers{answer:Busy}'],
    ['got UNAVAILABLE', 'purchase_answers{answer:UNAVAILABLE}'],
    ['not sent in time', 'dropped_iterations'],
  ]);
}
