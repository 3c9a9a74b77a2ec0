import { Counter, Trend } from 'k6/metrics';
import { complain } from './log.js';
import { ask, pause } from './graphql.js';

/** Every answer, also those after which the buyer asks again; by `answer`: the union's member, or the fault. */
const answers = new Counter('purchase_answers');
/** How each purchase ended, once; by `outcome`. */
const outcomes = new Counter('purchase_outcomes');
/** From the first request to the final answer, in milliseconds; by `outcome`. */
const duration = new Trend('purchase_duration', true);
/** Of purchases that ended in anything but an order or a definite "sold out". */
const unexpected = new Counter('unexpected_outcomes');

/** What every script that buys demands: a sale has no other ends than these two, and each purchase comes to one. */
export const purchaseThresholds = {
  unexpected_outcomes: ['count==0'],
  // These demand nothing: they make k6 keep the parts for the summary.
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

/** Faults that say nothing about the purchase. */
const PASSING = [
  'no answer',
  'UNAVAILABLE',
  'TIMEOUT',
  'INTERNAL',
  'RATE_LIMITED',
  'HTTP 502',
  'HTTP 503',
  'HTTP 504',
];
/** In milliseconds. */
const PATIENCE = 60000;

/** One unit, asked for until the answer is a final one. Returns it: `{ __typename, order?, replayed? }`. */
export const buy = ({ token, key, productId }) =>
  untilSettled(PURCHASE, 'purchase', { productId, idempotencyKey: key }, token);

/** Everything on the wishlist, likewise. */
export const checkOut = ({ token, key }) =>
  untilSettled(CHECKOUT, 'checkoutWishlist', { idempotencyKey: key }, token);

/** Asks again under the same key, as the schema tells clients to, and counts what is said. */
async function untilSettled(document, field, input, token) {
  const began = Date.now();
  for (;;) {
    const { data, fault, retryAfterMs } = await ask(document, { input }, token);
    const answer = data ? data[field] : { __typename: fault, retryAfterMs };
    const name = answer.__typename;
    answers.add(1, { answer: name });

    const wait = waitBeforeAskingAgain(answer);
    if (wait === null) return settled(answer, Date.now() - began);
    if (Date.now() - began > PATIENCE)
      return settled({ __typename: `${name} to the end` }, Date.now() - began);
    await pause(wait);
  }
}

/** In milliseconds; null when the answer is final. */
function waitBeforeAskingAgain({ __typename: name, retryAfterMs, opensAt, serverTime }) {
  if (name === 'SaleNotOpen') return Math.max(1, Date.parse(opensAt) - Date.parse(serverTime));
  if (name === 'Busy' || name === 'OutcomeUnknown') return retryAfterMs * (0.5 + Math.random());
  if (!PASSING.includes(name)) return null;
  // Spread, so that a crowd that was sent away does not come back as one.
  return (retryAfterMs || 500) * (0.5 + Math.random());
}

function settled(answer, ms) {
  const outcome = answer.__typename;
  outcomes.add(1, { outcome });
  duration.add(ms, { outcome });
  if (outcome !== 'PurchaseConfirmed' && outcome !== 'SoldOut') {
    unexpected.add(1, { outcome });
    complain(`a purchase ended in ${outcome}`);
  }
  return answer;
}

/** A fresh start for each run: samples, so that a threshold is judged even when nothing else is counted. */
export function openTill() {
  unexpected.add(0);
}
