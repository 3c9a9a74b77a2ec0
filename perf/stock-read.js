/**
 * How fast is the live stock of one product, at a steady rate?
 *
 * RATE requests a second arrive whether or not the earlier ones were answered (an open model), for DURATION.
 */
import { Counter } from 'k6/metrics';
import { log } from './lib/log.js';
import { execute } from './lib/graphql.js';
import { count, seconds } from './lib/settings.js';
import { signInAsAdmin, putOnSale, STOCK, takeOffSale } from './lib/shop.js';
import { arrivals, inTime, timesOf } from './lib/arrivals.js';
import { summaryTrendStats, table } from './lib/summary.js';

const RATE = count('RATE', 500);
const DURATION = seconds('DURATION', '30s', 1);
const UNITS = count('UNITS', 1000);

/** Answers that are faults, or that give other numbers than those that are true all the time. */
const wrongAnswers = new Counter('wrong_answers');

const TIMES = timesOf('stock', 'Stock');

export const options = {
  scenarios: { stock: arrivals({ rate: RATE, duration: DURATION }) },
  setupTimeout: '2m',
  summaryTrendStats,
  thresholds: { wrong_answers: ['count==0'], ...inTime([TIMES], RATE * DURATION) },
};

export async function setup() {
  const admin = await signInAsAdmin();
  wrongAnswers.add(0);
  return { admin, productId: await putOnSale(admin, { name: 'Load test: stock', units: UNITS }) };
}

export default async function ({ productId }) {
  const { data, fault } = await execute(STOCK, { productId });
  const stock = data && data.stock;
  if (!fault && stock.total === UNITS && stock.remaining === UNITS && stock.sold === 0) return;
  wrongAnswers.add(1);
  log(`the stock was answered with ${fault || JSON.stringify(stock)}`);
}

export async function teardown({ admin, productId }) {
  await takeOffSale(admin, productId);
}

export function handleSummary(data) {
  return table(data, `stock-read: ${RATE} a second for ${DURATION} s`, [
    ['stock', TIMES],
    ['wrong', 'wrong_answers'],
    ['not sent in time', 'dropped_iterations'],
  ]);
}
