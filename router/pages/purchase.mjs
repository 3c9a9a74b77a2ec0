import { ask } from './shop-client.mjs';
import { faults, noAnswer, outcomes } from './outcomes.mjs';

/**
 * How to buy so that it happens once: one idempotency key for each purchase that the buyer wants, written down before it is
 * first sent and kept until the answer is final. A reload, a second tab or a lost connection then asks again under the same
 * key, and gets the same order.
 */
const PURCHASE = `mutation Purchase($input: PurchaseInput!) {
  purchase(input: $input) {
    __typename
    ... on PurchaseConfirmed { replayed order { id } }
    ... on SaleNotOpen { opensAt }
    ... on SaleClosed { closedAt }
    ... on PurchaseLimitExceeded { limit alreadyHeld }
    ... on InvalidInput { problems { path message } }
    ... on Busy { retryAfterMs }
    ... on OutcomeUnknown { retryAfterMs }
  }
}`;

const ABANDON = `mutation Abandon($input: AbandonPurchaseInput!) {
  abandonPurchase(input: $input) {
    __typename
    ... on PurchaseConfirmed { replayed order { id } }
    ... on InvalidInput { problems { path message } }
    ... on OutcomeUnknown { retryAfterMs }
  }
}`;

const storageName = (userId, productId) => `firstcome:attempt:${userId}:${productId}`;

/** @returns {{ key: string, quantity: number } | null} what this buyer began and has no final answer to */
export function pendingAttempt(userId, productId) {
  return JSON.parse(localStorage.getItem(storageName(userId, productId)) ?? 'null');
}

export function beginAttempt(userId, productId, quantity) {
  const random = crypto.getRandomValues(new Uint8Array(16));
  const key = Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('');
  const attempt = { key, quantity };
  localStorage.setItem(storageName(userId, productId), JSON.stringify(attempt));
  return attempt;
}

const endAttempt = (userId, productId) => localStorage.removeItem(storageName(userId, productId));

/**
 * Asks under the attempt's key until the answer is final.
 *
 * @param wish.isGivenUp whether the buyer wants an end by now; then `abandonPurchase` is asked in the place of `purchase`
 * @param wish.onWait told of each answer that is not final, in words
 * @returns the final answer in words, and the order's id where there is one; of a buyer who must sign in, `needsSignIn`
 */
export async function purchaseToTheEnd(userId, productId, attempt, { isGivenUp, onWait }) {
  for (let tries = 1; ; tries++) {
    const { words, orderId, retryAfterMs, code } = await (isGivenUp()
      ? abandon(attempt)
      : purchase(productId, attempt));
    if (code === 'UNAUTHENTICATED') return { ...words, needsSignIn: true };
    if (words.tone !== 'wait') {
      endAttempt(userId, productId);
      return { ...words, orderId };
    }
    onWait(words, tries);
    await pause(retryAfterMs ?? Math.min(8_000, 500 * 2 ** tries), isGivenUp);
  }
}

const purchase = (productId, { key, quantity }) =>
  settle(PURCHASE, { productId, quantity, idempotencyKey: key }, 'purchase');

const abandon = ({ key }) => settle(ABANDON, { idempotencyKey: key }, 'abandonPurchase');

async function settle(mutation, input, field) {
  try {
    const answer = (await ask(mutation, { input }))[field];
    return {
      words: outcomes[answer.__typename](answer),
      orderId: answer.order?.id,
      retryAfterMs: answer.retryAfterMs,
    };
  } catch (fault) {
    return { words: faults[fault.code] ?? noAnswer, retryAfterMs: fault.retryAfterMs, code: fault.code };
  }
}

/** Not all who were told the same come back at the same moment. Ends early when the buyer wants an end. */
async function pause(ms, isGivenUp) {
  const until = performance.now() + ms * (0.75 + Math.random() / 2);
  const wasGivenUp = isGivenUp();
  while (performance.now() < until && isGivenUp() === wasGivenUp)
    await new Promise((resolve) => setTimeout(resolve, Math.min(100, until - performance.now())));
}
