import { executeAs } from './session.mjs';
import { withLock } from './tabs.mjs';

/**
 * How an order is paid: the shop learns where it goes (`preparePayment`), then takes the token that the payment provider's form
 * gave for the buyer's card (`pay`). Outside production the provider is a simulator that knows the tokens by name.
 */
const PREPARE = `mutation PreparePayment($input: PreparePaymentInput!) {
  preparePayment(input: $input) {
    __typename
    ... on InvalidOrderStatus { status }
    ... on InvalidInput { problems { path message } }
  }
}`;

const PAY = `mutation Pay($input: PayInput!) {
  pay(input: $input) {
    __typename
    ... on PaymentAccepted { order { status } }
    ... on InvalidOrderStatus { status }
    ... on InvalidInput { problems { path message } }
  }
}`;

/**
 * One tab at a time. To pay again is safe: an order is charged once, and one that is paid answers `InvalidOrderStatus`. So
 * what counts afterwards, also after a fault, is the order's status.
 *
 * @param shippingAddress null for the one that the shop knows
 * @returns the last answer, by its `__typename`: `ShippingAddressRequired` when the shop knows none @throws {Fault}
 */
export function payOrder(userId, orderId, { shippingAddress, paymentToken }) {
  return withLock(`pay:${orderId}`, async () => {
    const input = { orderId, ...(shippingAddress ? { shippingAddress } : {}) };
    const { preparePayment } = await executeAs(userId, PREPARE, { input });
    if (preparePayment.__typename !== 'PaymentPrepared') return preparePayment;
    const { pay } = await executeAs(userId, PAY, { input: { orderId, paymentToken } });
    return pay;
  });
}

/** The orders of this product, newest first. One page: who has bought 20 other things since has this one elsewhere. */
export async function ordersOf(userId, productId) {
  const { me } = await executeAs(
    userId,
    `query MyOrders {
    me { orders(first: 20) { nodes {
      id status createdAt paymentDueAt total { amount currency }
      shippingAddress { postalCode line1 line2 }
      items { quantity productName product { id } }
      history { status at }
    } } }
  }`,
  );
  return me.orders.nodes.filter(({ items }) => items.some(({ product }) => product?.id === productId));
}

/** Orders of these count no more towards what one buyer may hold. */
const ENDED = ['CANCELLED', 'EXPIRED', 'RETURNED'];

/** How many units of the product the buyer holds by these orders. */
export const heldBy = (orders, productId) =>
  orders
    .filter(({ status }) => !ENDED.includes(status))
    .flatMap(({ items }) => items)
    .filter(({ product }) => product?.id === productId)
    .reduce((sum, { quantity }) => sum + quantity, 0);

/** Those that wait for a payment or its outcome, the one that is due first at the beginning. */
export const unpaid = (orders) =>
  orders
    .filter(({ status }) => status === 'PENDING_PAYMENT' || status === 'PAYING')
    .sort((one, other) => (one.paymentDueAt ?? '').localeCompare(other.paymentDueAt ?? ''));
