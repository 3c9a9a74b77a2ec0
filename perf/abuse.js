/**
 * Abuse beside honest buyers: is every abusive request refused, and do the buyers notice?
 *
 * ABUSE_RATE abusive requests a second (lib/abusive-requests.js) arrive for DURATION, each kind in turn, while
 * RATE honest buyers a second purchase. Each abusive request must get the refusal of its kind, and no request a 5xx.
 */
import exec from 'k6/execution';
import http from 'k6/http';
import { Counter } from 'k6/metrics';
import { ABUSIVE_REQUESTS } from './lib/abusive-requests.js';
import { log } from './lib/log.js';
import { arrivals, inTime, timesOf } from './lib/arrivals.js';
import { purchasesBy, requireBuyers, tokens } from './lib/buyers.js';
import { buy } from './lib/purchase.js';
import { baseUrl, count, seconds } from './lib/settings.js';
import { closeSale, openSale, saleOptions } from './lib/sale.js';
import { signInAsAdmin } from './lib/shop.js';
import { table } from './lib/summary.js';

const RATE = count('RATE', 20);
const ABUSE_RATE = count('ABUSE_RATE', 200);
const DURATION = seconds('DURATION', '30s', 1);
const USERS = count('USERS', 100);
/** More than there will be. */
const MOST_PURCHASES = RATE * DURATION + 2;
const UNITS = count('UNITS', MOST_PURCHASES);

const KINDS = Object.entries(ABUSIVE_REQUESTS);

/** Abusive requests that got another answer than the refusal of their kind. */
const wrongAnswers = new Counter('wrong_answers');
/** Refused because there were too many of them, whatever they were: only where rate limits are on. */
const rateLimited = new Counter('rate_limited');
/** Answers of 500 and more, to abusive requests. */
const serverFaults = new Counter('server_faults');

const HONEST = timesOf('honest', 'Purchase');
const timesOfKind = (kind) => timesOf('abuse', kind);

export const options = saleOptions({
  scenarios: {
    honest: arrivals({ rate: RATE, duration: DURATION, exec: 'honest' }),
    abuse: arrivals({ rate: ABUSE_RATE, duration: DURATION, exec: 'abuse' }),
  },
  thresholds: {
    wrong_answers: ['count==0'],
    server_faults: ['count==0'],
    // Always met: they make k6 keep these parts for the summary.
    ...Object.fromEntries(KINDS.map(([kind]) => [timesOfKind(kind), ['max>=0']])),
    ...inTime([HONEST], (RATE + ABUSE_RATE) * DURATION),
  },
});

export async function setup() {
  const admin = await signInAsAdmin();
  await requireBuyers(USERS);
  return openSale(admin, { name: 'Load test: abuse', units: UNITS }, [wrongAnswers, serverFaults]);
}

const purchaseOf = purchasesBy(USERS);

export async function honest({ productId, run }) {
  await buy({ ...purchaseOf(run, exec.scenario.iterationInTest), productId });
}

export async function abuse({ productId }) {
  const n = exec.scenario.iterationInTest;
  const [kind, requestOf] = KINDS[n % KINDS.length];
  try {
    const { expected, ...request } = requestOf({ n, token: tokens[n % USERS], productId });
    judge(kind, expected, await send(kind, request));
  } catch (error) {
    isWrong(`${kind} failed: ${error.message}`);
  }
}

function judge(kind, expected, response) {
  if (response.status >= 500) serverFaults.add(1);
  if (response.status === 429) return rateLimited.add(1);
  const given = answerOf(response);
  if (given !== expected) isWrong(`${kind} was answered with ${given} in the place of ${expected}`);
}

function isWrong(sentence) {
  wrongAnswers.add(1);
  log(sentence);
}

async function send(
  kind,
  { method = 'POST', search = '', json, body = JSON.stringify(json), authorization },
) {
  const headers = { 'Content-Type': 'application/json' };
  if (authorization) headers.Authorization = authorization;
  const params = { headers, tags: { name: kind }, timeout: '60s' };
  try {
    return await http.asyncRequest(
      method,
      `${baseUrl}/graphql${search}`,
      method === 'GET' ? null : body,
      params,
    );
  } catch {
    return { status: 0 };
  }
}

/** Such as `400 BAD_REQUEST`. */
function answerOf(response) {
  if (response.status === 0) return 'no answer';
  try {
    return `${response.status} ${response.json().errors[0].extensions.code}`;
  } catch {
    return `${response.status} without a code`;
  }
}

export async function teardown(sale) {
  const purchases = Array.from({ length: MOST_PURCHASES }, (_, number) => purchaseOf(sale.run, number));
  await closeSale(sale, { purchases, units: UNITS });
}

export function handleSummary(data) {
  return table(
    data,
    `abuse: ${ABUSE_RATE} abusive requests and ${RATE} purchases a second for ${DURATION} s`,
    [
      ['purchases', HONEST],
      ['confirmed', 'purchase_outcomes{outcome:PurchaseConfirmed}'],
      ['sold out', 'purchase_outcomes{outcome:SoldOut}'],
      ...KINDS.map(([kind]) => [kind, timesOfKind(kind)]),
      ['refused otherwise', 'wrong_answers'],
      ['5xx', 'server_faults'],
      ['refused by a rate limit', 'rate_limited'],
      ['not sent in time', 'dropped_iterations'],
    ],
  );
}
