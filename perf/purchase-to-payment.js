/**
 * The user flow from sign-in to payment: how long does each step take at a steady rate of buyers?
 *
 * RATE buyers a second arrive for DURATION, each with an account of its own: sign in, browse, add the product to the wishlist,
 * check the wishlist out, pay (PAYMENT_TOKEN; `sim_random` declines one in five, and they pay again). They think for
 * about THINK between the steps. Afterwards every order that was confirmed must be there, and be paid.
 */
import exec from 'k6/execution';
import { Counter, Trend } from 'k6/metrics';
import { log } from './lib/log.js';
import { accounts, requireAccounts } from './lib/accounts.js';
import { arrivals, inTime, timesOf } from './lib/arrivals.js';
import { inTurns } from './lib/ledger.js';
import { pause } from './lib/graphql.js';
import { browse, pay, addToWishlist } from './lib/user-flow.js';
import { checkOut } from './lib/purchase.js';
import { count, seconds, text } from './lib/settings.js';
import { closeSale, openSale, saleOptions } from './lib/sale.js';
import { signInAsAdmin, signIn } from './lib/shop.js';
import { table } from './lib/summary.js';

const RATE = count('RATE', 5);
const DURATION = seconds('DURATION', '30s', 1);
const THINK = seconds('THINK', '1s');
const PAYMENT_TOKEN = text('PAYMENT_TOKEN', 'sim_random');
const FLOWS = RATE * DURATION;
const UNITS = count('UNITS', FLOWS);

/** From sign-in to the paid order, in milliseconds, without think time. */
const flows = new Trend('journey_duration', true);
const broken = new Counter('journeys_broken');
const declined = new Counter('payments_declined');
/** Orders reported as paid minus orders that are paid: see lib/ledger.js. */
const paidLeft = new Counter('books_paid_left');

const STEPS = [
  ['sign in', 'SignIn'],
  ['list of products', 'Products'],
  ['product page', 'ProductPage'],
  ['read the wishlist', 'Wishlist'],
  ['add to the wishlist', 'AddToWishlist'],
  ['check out', 'Checkout'],
  ['prepare the payment', 'PreparePayment'],
  ['pay', 'Pay'],
].map(([label, operation]) => [label, timesOf('journeys', operation)]);

export const options = saleOptions({
  scenarios: { journeys: arrivals({ rate: RATE, duration: DURATION, seconds: 20 + 8 * THINK }) },
  teardownTimeout: '10m',
  thresholds: {
    books_paid_left: ['count==0'],
    journeys_broken: ['count==0'],
    ...inTime(
      STEPS.map(([, times]) => times),
      FLOWS,
    ),
  },
});

export async function setup() {
  requireAccounts(FLOWS);
  const admin = await signInAsAdmin();
  return openSale(admin, { name: 'Load test: user flow', units: UNITS }, [paidLeft, broken]);
}

const keyOf = (run, user) => `perf-${run}-${user}`;

export default async function ({ productId, run }) {
  const user = exec.scenario.iterationInTest;
  let thought = 0;
  const think = async () => {
    const began = Date.now();
    await pause(2000 * THINK * Math.random());
    thought += Date.now() - began;
  };
  const began = Date.now();
  try {
    const { email, password } = accounts[user];
    const { token, refusal } = await signIn(email, password);
    if (!token) throw new Error(`signing in was answered with ${refusal}`);
    await think();
    await browse(productId);
    await think();
    await addToWishlist(productId, token);
    await think();
    const { order } = await checkOut({ token, key: keyOf(run, user) });
    if (!order) return;
    await think();
    const payment = await pay(order.id, PAYMENT_TOKEN, token);
    paidLeft.add(1);
    if (payment.declined) declined.add(1);
    flows.add(Date.now() - began - thought);
  } catch (error) {
    broken.add(1);
    log(error.message);
  }
}

export async function teardown(sale) {
  const purchases = [];
  await inTurns(
    Array.from({ length: FLOWS }, (_, user) => user),
    async (user) => {
      const { token, refusal } = await signIn(accounts[user].email, accounts[user].password);
      if (!token) throw new Error(`signing in to read back was answered with ${refusal}`);
      purchases.push({ token, key: keyOf(sale.run, user) });
    },
    8,
  );
  const inspect = ({ status }) => {
    if (status === 'PAID') paidLeft.add(-1);
  };
  await closeSale(sale, { purchases, units: UNITS, inspect });
}

export function handleSummary(data) {
  return table(data, `purchase-to-payment: ${RATE} buyers a second for ${DURATION} s`, [
    ...STEPS,
    ['the whole flow', 'journey_duration'],
    ['sold out', 'purchase_outcomes{outcome:SoldOut}'],
    ['declined, paid again', 'payments_declined'],
    ['broken off', 'journeys_broken'],
    ['not begun in time', 'dropped_iterations'],
  ]);
}
