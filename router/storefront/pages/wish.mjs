import { withLock } from './tabs.mjs';

/**
 * A wish is one purchase that the buyer wants: one idempotency key, written down before it is first sent, and kept with its
 * outcome until the buyer wants another. All tabs of the browser read the same wish, so a reload, a second tab or a double
 * click continues it instead of making another one.
 *
 * @typedef {{ key: string, quantity: number, isGivenUp: boolean, isUncertain: boolean, outcome: object | null }} Wish
 *   `isGivenUp`: the buyer wants an end, not an order. `isUncertain`: it has been sent, and what happened is not known.
 */
const PREFIX = 'firstcome:wish:';

const nameOf = (userId, productId) => `${PREFIX}${userId}:${productId}`;

/** @returns {Wish | null} */
export const readWish = (userId, productId) =>
  JSON.parse(localStorage.getItem(nameOf(userId, productId)) ?? 'null');

/**
 * Makes a wish, unless another tab has one that this tab has not seen: then that is the buyer's wish.
 *
 * @param seenKey the key of the wish that this tab has shown the end of, or null
 * @returns {Promise<Wish>}
 */
export function beginWish(userId, productId, quantity, seenKey) {
  return withLock('wish', () => {
    const known = readWish(userId, productId);
    if (known && (!known.outcome || known.key !== seenKey)) return known;
    return write(userId, productId, {
      key: newKey(),
      quantity,
      isGivenUp: false,
      isUncertain: false,
      outcome: null,
    });
  });
}

/** Changes the wish that has this key; where it has been replaced, nothing happens. */
export function changeWish(userId, productId, key, changes) {
  return withLock('wish', () => {
    const known = readWish(userId, productId);
    if (known?.key === key) write(userId, productId, { ...known, ...changes });
  });
}

/** Calls the listener when another tab has changed a wish for this product. */
export function onWishChange(productId, listener) {
  addEventListener('storage', ({ key }) => {
    if (key?.startsWith(PREFIX) && key.endsWith(`:${productId}`)) listener();
  });
}

function write(userId, productId, wish) {
  localStorage.setItem(nameOf(userId, productId), JSON.stringify(wish));
  return wish;
}

function newKey() {
  const random = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
