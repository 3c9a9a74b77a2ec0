/**
 * All buyers purchase at the opening: how long until the last result, and is it exact?
 *
 * USERS buyers, each with a token and a key of its own, wait for the opening of a product with UNITS units. They purchase
 * within SPREAD of it, with retries under the same key until the result is final. Afterwards each purchase is sent
 * once more with its key (idempotency): a confirmed one must return the same order, a refused one the same refusal.
 */
import exec from 'k6/execution';
import { Trend } from 'k6/metrics';
import { fail } from './lib/ledger.js';
import { purchasesBy, requireBuyers } from './lib/buyers.js';
import { execute, pause } from './lib/graphql.js';
import { buy, PURCHASE } from './lib/purchase.js';
import { count, seconds } from './lib/settings.js';
import { closeSale, openSale, saleOptions } from './lib/sale.js';
import { signInAsAdmin } from './lib/shop.js';
import { grouped, table } from './lib/summary.js';

const USERS = count('USERS', 2000);
const UNITS = count('UNITS', 500);
const SPREAD = seconds('SPREAD', '0s');
const SELLS = Math.min(USERS, UNITS);
/** Time for all users to open the page, in seconds. */
const OPENS_IN = 2 + Math.ceil(USERS / 400);

/** From the opening to the final answer, in milliseconds; by `outcome`. */
const sinceOpening = new Trend('since_opening', true);

export const options = saleOptions({
  scenarios: {
    rush: { executor: 'per-vu-iterations', vus: USERS, iterations: 1, maxDuration: '5m' },
  },
  teardownTimeout: '10m',
  thresholds: {
    stock_sold: [`value<=${UNITS}`],
    'purchase_outcomes{outcome:PurchaseConfirmed}': [`count==${SELLS}`],
    'purchase_outcomes{outcome:SoldOut}': [`count==${USERS - SELLS}`],
    'since_opening{outcome:PurchaseConfirmed}': ['max>=0'],
    'since_opening{outcome:SoldOut}': ['max>=0'],
  },
});

const purchaseOf = purchasesBy(USERS);

export async function setup() {
  const admin = await signInAsAdmin();
  await requireBuyers(USERS);
  return openSale(admin, { name: 'Load test: rush', units: UNITS, opensIn: OPENS_IN });
}

const PAGE = `query SalePage($id: ID!) {
  serverTime
  product(id: $id) { name price { amount currency } status opensAt stock { remaining } }
}`;

export default async function ({ productId, run }) {
  const opensAt = await openPage(productId);
  await pause(opensAt - Date.now() + SPREAD * 1000 * Math.random());

  const answer = await buy({ ...purchaseOf(run, exec.scenario.iterationInTest), productId });
  sinceOpening.add(Date.now() - opensAt, { outcome: answer.__typename });
}

/** Some time before the opening, which it returns by this machine's clock. A page that does not load is retried. */
async function openPage(productId) {
  await pause(OPENS_IN * 900 * Math.random());
  for (let attempt = 1; attempt <= 60; attempt++) {
    const { data } = await execute(PAGE, { id: productId });
    if (data) return Date.now() + Date.parse(data.product.opensAt) - Date.parse(data.serverTime);
    await pause(1000 * Math.random());
  }
  throw new Error('the page of the product was never answered');
}

export async function teardown(sale) {
  const purchases = Array.from({ length: USERS }, (_, user) => purchaseOf(sale.run, user));
  const lookUp = (purchase) => repeatPurchase(purchase, sale.productId);
  await closeSale(sale, { purchases, units: UNITS, sells: SELLS, lookUp });
}

/** Returns the order's id, or null after a refusal. */
async function repeatPurchase({ token, key }, productId) {
  const input = { productId, idempotencyKey: key };
  const { data, fault } = await execute(PURCHASE, { input }, token);
  const answer = data ? data.purchase : { __typename: fault };
  if (answer.order && answer.replayed) return answer.order.id;
  return answer.__typename === 'SoldOut'
    ? null
    : fail('replay', `the same key again: ${JSON.stringify(answer)}`);
}

export function handleSummary(data) {
  const title = `purchase-rush: ${grouped(USERS)} buyers, ${grouped(UNITS)} units, from the opening to the answer`;
  return table(data, title, [
    ['confirmed', 'since_opening{outcome:PurchaseConfirmed}'],
    ['sold out', 'since_opening{outcome:SoldOut}'],
    ['other ends', 'unexpected_outcomes'],
    ['got Busy', 'purchase_answers{answer:Busy}'],
    ['got OutcomeUnknown', 'purchase_answers{answer:OutcomeUnknown}'],
    ['got UNAVAILABLE', 'purchase_answers{answer:UNAVAILABLE}'],
    ['not answered', 'purchase_answers{answer:no answer}'],
    ['got SaleNotOpen', 'purchase_answers{answer:SaleNotOpen}'],
  ]);
}
