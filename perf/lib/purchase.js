import { Counter, Trend } from 'k6/metrics';
import { log } from './log.js';
import { execute, pause } from './graphql.js';
import { record } from './ledger.js';

/** Every result, also those that are retried; by `answer`: the union's member, or the fault. */
const answers = new Counter('purchase_answers');
/** How each purchase ended, once; by `outcome`. */
const outcomes = new Counter('purchase_outcomes');
/** From the first request to the final answer, in milliseconds; by `outcome`. */
const duration = new Trend('purchase_duration', true);
/** Of purchases that ended in anything but an order or a definite "sold out". */
const unexpected = new Counter('unexpected_outcomes');

/** For every script that purchases: each purchase has a final result, and a sale has only these two. */
export const purchaseThresholds = {
  unexpected_outcomes: ['count==0'],
  // Always met: they make k6 keep these parts for the summary.
  'purchase_outcomes{outcome:PurchaseConfirmed}': ['count>=0'],
  'purchase_outcomes{outcome:SoldOut}': ['count>=0'],
  'purchase_duration{outcome:PurchaseConfirmed}': ['max>=0'],
  'purchase_duration{outcome:SoldOut}': ['max>=0'],
  'purchase_answers{answer:Busy}': ['count>=0'],
  'purchase_answers{answer:OutcomeUnknown}': ['count>=0'],
  'purchase_answers{answer:SaleNotOpen}': ['count>=0'],
  'purchase_answers{answer:UNAVAILABLE}': ['count>=0'],
  'purchase_answers{answer:no answer}': ['count>=0'],
};

export const PURCHASE = `mutation Purchase($input: PurchaseInput!) {
  purchase(input: $input) {
    __typename
    ... on PurchaseConfirmed { replayed order { id } }
    ... on SaleNotOpen { opensAt serverTime }
    ... on Busy { retryAfterMs }
    ... on OutcomeUnknown { retryAfterMs }
  }
}`;

const CHECKOUT = `mutation Checkout($input: CheckoutWishlistInput!) {
  checkoutWishlist(input: $input) {
    __typename
    ... on PurchaseConfirmed { replayed order { id } }
    ... on SaleNotOpen { opensAt serverTime }
    ... on Busy { retryAfterMs }
    ... on OutcomeUnknown { retryAfterMs }
  }
}`;

/** Faults that leave the outcome of the purchase unknown. */
const TRANSIENT = [
  'no answer',
  'UNAVAILABLE',
  'TIMEOUT',
  'INTERNAL',
  'RATE_LIMITED',
  'HTTP 502',
  'HTTP 503',
  'HTTP 504',
];
/** A purchase is retried for this long. */
const RETRY_FOR_MS = 60000;

/** Purchases one unit, with retries until the result is final, and records an order in the ledger. Returns the result: `{ __typename, order?, replayed? }`. */
export const buy = ({ token, key, productId }) =>
  untilSettled(PURCHASE, 'purchase', { productId, idempotencyKey: key }, token);

/** A replay: the same purchase with the same key. Its result is not counted among the purchases. */
export const replay = async ({ token, key, productId }) =>
  (await untilFinal(PURCHASE, 'purchase', { productId, idempotencyKey: key }, token)).answer;

/** Everything on the wishlist, likewise. */
export const checkOut = ({ token, key }) =>
  untilSettled(CHECKOUT, 'checkoutWishlist', { idempotencyKey: key }, token);

async function untilSettled(document, field, input, token) {
  const { answer, ms } = await untilFinal(document, field, input, token);
  return settled(answer, ms);
}

/** Retries with the same key, as the schema requires of clients, and counts the results. */
async function untilFinal(document, field, input, token) {
  const began = Date.now();
  for (;;) {
    const { data, fault, retryAfterMs } = await execute(document, { input }, token);
    const answer = data ? data[field] : { __typename: fault, retryAfterMs };
    const name = answer.__typename;
    answers.add(1, { answer: name });

    const wait = retryDelayMs(answer);
    const ms = Date.now() - began;
    if (wait === null) return { answer, ms };
    if (ms > RETRY_FOR_MS) return { answer: { __typename: `${name} to the end` }, ms };
    await pause(wait);
  }
}

/** In milliseconds; null when the answer is final. */
function retryDelayMs({ __typename: name, retryAfterMs, opensAt, serverTime }) {
  if (name === 'SaleNotOpen') return Math.max(1, Date.parse(opensAt) - Date.parse(serverTime));
  if (name === 'Busy' || name === 'OutcomeUnknown') return retryAfterMs * (0.5 + Math.random());
  if (!TRANSIENT.includes(name)) return null;
  // With jitter, so that rejected requests do not return at the same moment.
  return (retryAfterMs || 500) * (0.5 + Math.random());
}

function settled(answer, ms) {
  const outcome = answer.__typename;
  outcomes.add(1, { outcome });
  duration.add(ms, { outcome });
  if (answer.order) record(answer.order.id);
  if (outcome !== 'PurchaseConfirmed' && outcome !== 'SoldOut') {
    unexpected.add(1, { outcome });
    log(`a purchase ended in ${outcome}`);
  }
  return answer;
}

/** For `setup`: one sample each, because k6 does not judge a threshold without samples. */
export function openCounters() {
  unexpected.add(0);
}
