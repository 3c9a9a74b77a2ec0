/**
 * Ordinary traffic: how do reads and purchases affect each other?
 *
 * Of RATE requests a second, 90 % are the list of products with their stock, 9 % the stock of the product on sale, and
 * 1 % a purchase of it, for DURATION. All arrive at a steady rate whether or not the earlier ones were answered.
 */
import exec from 'k6/execution';
import { Counter } from 'k6/metrics';
import { log } from './lib/log.js';
import { arrivals, inTime, timesOf } from './lib/arrivals.js';
import { purchasesBy, requireBuyers } from './lib/buyers.js';
import { execute } from './lib/graphql.js';
import { buy } from './lib/purchase.js';
import { count, seconds } from './lib/settings.js';
import { closeSale, openSale, saleOptions } from './lib/sale.js';
import { signInAsAdmin, STOCK } from './lib/shop.js';
import { table } from './lib/summary.js';

const RATE = count('RATE', 200);
const DURATION = seconds('DURATION', '30s', 1);
const UNITS = count('UNITS', 1000);
/** Users purchase repeatedly if there are more purchases than users. */
const USERS = count('USERS', 100);
/** More than there will be. */
const MOST_PURCHASES = Math.ceil(RATE * 0.01 * DURATION) + 2;

const wrongAnswers = new Counter('wrong_answers');

const share = (part, run) => arrivals({ rate: RATE * part, duration: DURATION, exec: run });

const TIMES = {
  products: timesOf('products', 'Products'),
  stock: timesOf('stock', 'Stock'),
  purchases: timesOf('purchases', 'Purchase'),
};

export const options = saleOptions({
  scenarios: {
    products: share(0.9, 'browse'),
    stock: share(0.09, 'look'),
    purchases: share(0.01, 'purchase'),
  },
  thresholds: {
    wrong_answers: ['count==0'],
    ...inTime(Object.values(TIMES), RATE * DURATION),
  },
});

export async function setup() {
  const admin = await signInAsAdmin();
  await requireBuyers(USERS);
  return openSale(admin, { name: 'Load test: mix', units: UNITS }, [wrongAnswers]);
}

const PRODUCTS = `query Products {
  products(first: 20) {
    nodes { id name price { amount currency } status opensAt closesAt stock { remaining soldOut } }
    pageInfo { hasNextPage endCursor }
  }
}`;

export async function browse() {
  const { data, fault } = await execute(PRODUCTS);
  if (fault || data.products.nodes.length === 0) isWrong('the list of products', fault || 'nothing');
}

export async function look({ productId }) {
  const { data, fault } = await execute(STOCK, { productId });
  const adds = !fault && data.stock.total === UNITS && data.stock.sold + data.stock.reserved <= UNITS;
  if (!adds) isWrong('the stock', fault || JSON.stringify(data.stock));
}

const purchaseOf = purchasesBy(USERS);

export async function purchase({ productId, run }) {
  await buy({ ...purchaseOf(run, exec.scenario.iterationInTest), productId });
}

export async function teardown(sale) {
  const purchases = Array.from({ length: MOST_PURCHASES }, (_, number) => purchaseOf(sale.run, number));
  await closeSale(sale, { purchases, units: UNITS });
}

function isWrong(what, answer) {
  wrongAnswers.add(1);
  log(`${what} was answered with ${answer}`);
}

export function handleSummary(data) {
  return table(data, `browse-mix: ${RATE} a second for ${DURATION} s`, [
    ['products with stock', TIMES.products],
    ['stock', TIMES.stock],
    ['purchases', TIMES.purchases],
    ['confirmed', 'purchase_outcomes{outcome:PurchaseConfirmed}'],
    ['sold out', 'purchase_outcomes{outcome:SoldOut}'],
    ['wrong', 'wrong_answers'],
    ['not sent in time', 'dropped_iterations'],
  ]);
}
