import { executeOrThrow, pause } from './graphql.js';

/** The user flow from sign-in to a paid order. Each step throws if its response is not the expected one. */

const PRODUCTS = `query FirstProducts {
  products(first: 20) { nodes { id name price { amount currency } status stock { remaining } } }
}`;
const PAGE = `query ProductPage($id: ID!) {
  product(id: $id) { name description price { amount currency } status stock { remaining } }
}`;
const WISHLIST = 'query Wishlist { me { wishlist { quantity product { id } } } }';
const ADD = `mutation AddToWishlist($input: WishlistItemInput!) {
  addToWishlist(input: $input) { __typename ... on WishlistUpdated { wishlist { quantity product { id name } } } }
}`;
const REMOVE = `mutation RemoveFromWishlist($input: RemoveFromWishlistInput!) {
  removeFromWishlist(input: $input) { __typename }
}`;
const PREPARE = `mutation PreparePayment($input: PreparePaymentInput!) {
  preparePayment(input: $input) { __typename ... on PaymentPrepared { order { total { amount } paymentDueAt } } }
}`;
const PAY = `mutation Pay($input: PayInput!) {
  pay(input: $input) { __typename ... on PaymentAccepted { order { status } } }
}`;
const STATUS = 'query OrderStatus($id: ID!) { order(id: $id) { status } }';

export async function browse(productId) {
  const { products } = await executeOrThrow(PRODUCTS);
  if (products.nodes.length === 0) throw new Error('the list of products was empty');
  const { product } = await executeOrThrow(PAGE, { id: productId });
  if (!product) throw new Error('the product was not there');
}

/** Leaves just this product on the wishlist: an earlier run may have been ended in between. */
export async function addToWishlist(productId, token) {
  const { me } = await executeOrThrow(WISHLIST, {}, token);
  for (const { product } of me.wishlist)
    expectMember(
      await executeOrThrow(REMOVE, { input: { productId: product.id } }, token),
      'WishlistUpdated',
    );
  expectMember(await executeOrThrow(ADD, { input: { productId } }, token), 'WishlistUpdated');
}

/**
 * Pays; after a declined card, once more with one that is accepted.
 *
 * @param shippingAddress the address on the buyer's profile, when left out
 */
export async function pay(orderId, paymentToken, token, shippingAddress = undefined) {
  const input = { orderId, shippingAddress };
  expectMember(await executeOrThrow(PREPARE, { input }, token), 'PaymentPrepared');
  const first = await executeOrThrow(PAY, { input: { orderId, paymentToken } }, token);
  const paid =
    first.pay.__typename === 'PaymentDeclined'
      ? await executeOrThrow(PAY, { input: { orderId, paymentToken: 'sim_success' } }, token)
      : first;
  let { status } = expectMember(paid, 'PaymentAccepted').order;
  const until = Date.now() + 60000;
  while (status === 'PAYING' && Date.now() < until) {
    await pause(500);
    status = (await executeOrThrow(STATUS, { id: orderId }, token)).order.status;
  }
  if (status !== 'PAID') throw new Error(`an order that was paid is ${status}`);
  return { declined: paid !== first };
}

function expectMember(data, wanted) {
  const [answer] = Object.values(data);
  if (answer.__typename !== wanted)
    throw new Error(`${Object.keys(data)[0]} was answered with ${answer.__typename}`);
  return answer;
}
