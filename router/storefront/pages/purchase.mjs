import { executeAs } from './session.mjs';
import { backOff, pause } from './shop-client.mjs';
import { faults, isFinal } from './outcomes.mjs';
import { withLock } from './tabs.mjs';
import { changeWish, readWish } from './wish.mjs';

/** How to buy so that it happens once: the wish's key is sent again until the answer is final. */
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

/** A second tab waits this long for the tab that sends the purchase; then it sends it, too. Under one key that is safe. */
const OTHER_TAB_MS = 5_000;

/**
 * Repeats the request until the answer is final, and keeps that with the wish. When the buyer gives the wish up, here or in another tab,
 * `abandonPurchase` is sent in the place of `purchase`.
 *
 * @param onWait called with each answer that is not final, and how many there were
 * @returns the final answer, by its `__typename`; `UNAUTHENTICATED` when the buyer must sign in: the wish goes on afterwards
 */
export async function bringToEnd(userId, productId, key, onWait, signal) {
  const work = () => executeUntilFinal(userId, productId, key, onWait, signal);
  try {
    return await withLock(`purchase:${key}`, work, { signal: AbortSignal.timeout(OTHER_TAB_MS) });
  } catch (error) {
    if (error.name !== 'TimeoutError') throw error;
    return work();
  }
}

async function executeUntilFinal(userId, productId, key, onWait, signal) {
  for (let tries = 1; ; tries++) {
    const wish = readWish(userId, productId);
    if (wish?.key !== key) return { __typename: 'PurchaseAbandoned' };
    if (wish.outcome) return wish.outcome;

    const answer = await send(userId, productId, wish);
    if (answer.__typename === 'UNAUTHENTICATED') return answer;
    if (isFinal(answer, wish)) {
      await changeWish(userId, productId, key, { outcome: answer });
      return answer;
    }
    if (answer.__typename !== 'Busy') await changeWish(userId, productId, key, { isUncertain: true });
    onWait(answer, tries);
    if (readWish(userId, productId)?.isGivenUp === wish.isGivenUp)
      await pause(backOff(tries, answer.retryAfterMs), signal());
  }
}

async function send(userId, productId, { key, quantity, isGivenUp }) {
  try {
    const data = isGivenUp
      ? await executeAs(userId, ABANDON, { input: { idempotencyKey: key } })
      : await executeAs(userId, PURCHASE, { input: { productId, quantity, idempotencyKey: key } });
    return data.purchase ?? data.abandonPurchase;
  } catch (fault) {
    const { code, retryAfterMs } = fault;
    return { __typename: faults[code] ?? 'NO_ANSWER', retryAfterMs };
  }
}
