import { execute, backOff, pause } from './shop-client.mjs';

/** The public part of a product. Without a token, so that the shop may answer from its cache. */
const PRODUCT = `query Product($id: ID!) {
  product(id: $id) { name description imageUrl price { amount currency } }
}`;

const SALE = `query Sale($id: ID!) {
  product(id: $id) {
    status opensAt closesAt purchaseLimit
    stock { total sold reserved remaining soldOut asOf }
  }
}`;

/**
 * Tries until the shop answers.
 *
 * @param onWait called when it does not
 * @returns null when there is no such product
 */
export async function readProduct(id, onWait) {
  for (let tries = 1; ; tries++) {
    try {
      return (await execute(PRODUCT, { id })).product;
    } catch ({ code, retryAfterMs }) {
      if (code === 'BAD_REQUEST') return null;
      onWait();
      await pause(backOff(tries, retryAfterMs));
    }
  }
}

/** The same that the live stream says, once: for when the shop has no stream to give. @throws {Fault} */
export async function readSale(id) {
  return (await execute(SALE, { id })).product;
}
