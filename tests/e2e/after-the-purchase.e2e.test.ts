import { describe, expect, it } from 'vitest';
import { newKey, openSale, purchase, readStock } from '../harness/shop.ts';
import { useStack } from '../harness/stack.ts';
import { useStores } from '../harness/stores.ts';
import { waitUntil } from '../harness/wait-until.ts';

const stack = useStack(useStores(), {
  environment: {
    PAYMENT_TIMEOUT: '4s',
    SHIP_AFTER: '1s',
    DELIVER_AFTER: '1s',
    RETURN_WINDOW: '1h',
    RETURN_AFTER: '1s',
    SWEEP_EVERY: '100ms',
  },
});

const ADDRESS = { postalCode: '04524', line1: '110 Sejong-daero' };

const WISHLIST = {
  input: 'WishlistItemInput',
  answer: '... on WishlistUpdated { wishlist { quantity product { name } } }',
};

/** The type of each mutation's input, and the selection of its result. */
const OPERATIONS = {
  addToWishlist: WISHLIST,
  updateWishlistItem: WISHLIST,
  checkoutWishlist: {
    input: 'CheckoutWishlistInput',
    answer:
      '... on PurchaseConfirmed { replayed order { id total { amount } items { quantity product { name } } } }',
  },
  preparePayment: {
    input: 'PreparePaymentInput',
    answer: '... on PaymentPrepared { order { shippingAddress { postalCode line1 } paymentDueAt } }',
  },
  pay: {
    input: 'PayInput',
    answer: `... on PaymentAccepted { order { status payment { status amount { amount } } } }
             ... on PaymentDeclined { order { status payment { status } } }`,
  },
  cancelOrder: {
    input: 'CancelOrderInput',
    answer: '... on OrderCancelled { order { status payment { status } } }',
  },
  requestReturn: { input: 'RequestReturnInput', answer: '... on ReturnRequested { order { status } }' },
} as const;

interface SeenOrder {
  readonly status: string;
  readonly payment: { readonly status: string } | null;
  readonly history: readonly { readonly status: string }[];
}

/** One buyer, signed in for the length of a test. */
function aBuyer() {
  const token = stack.mint.buyer();

  async function send(operation: keyof typeof OPERATIONS, input: object): Promise<Record<string, unknown>> {
    const { input: type, answer } = OPERATIONS[operation];
    const reply = await stack.execute(
      `mutation ($input: ${type}!) { ${operation}(input: $input) { __typename ... on Error { message } ${answer} } }`,
      { input },
      token,
    );
    if (!reply.data) throw new Error(`no answer to ${operation}: ${JSON.stringify(reply)}`);
    return reply.data[operation] as Record<string, unknown>;
  }

  async function order(id: string): Promise<SeenOrder> {
    const reply = await stack.execute(
      'query ($id: ID!) { order(id: $id) { status payment { status } history { status } } }',
      { id },
      token,
    );
    return reply.data!['order'] as SeenOrder;
  }

  const becomes = (id: string, status: string) =>
    waitUntil(
      `the order to be ${status}`,
      () => order(id),
      (seen) => seen.status === status,
    );
  const paymentBecomes = (id: string, status: string) =>
    waitUntil(
      `the payment to be ${status}`,
      () => order(id),
      (seen) => seen.payment?.status === status,
    );
  return { token, send, becomes, paymentBecomes };
}

describe('a wishlist', () => {
  it('is filled, changed, and bought as one order, all of it or nothing', async () => {
    const [tea, cup] = [
      await openSale(stack, { units: 5, name: 'Tea' }),
      await openSale(stack, { units: 5, name: 'Cup' }),
    ];
    const { send } = aBuyer();
    await send('addToWishlist', { productId: tea, quantity: 1 });
    await send('addToWishlist', { productId: tea, quantity: 2 });
    await send('addToWishlist', { productId: cup });
    await send('updateWishlistItem', { productId: cup, quantity: 2 });

    const idempotencyKey = newKey();
    const bought = await send('checkoutWishlist', { idempotencyKey });
    expect(bought).toMatchObject({
      __typename: 'PurchaseConfirmed',
      replayed: false,
      order: { total: { amount: 60_000 } },
    });
    expect(await send('checkoutWishlist', { idempotencyKey })).toMatchObject({ replayed: true });
    expect(await send('checkoutWishlist', { idempotencyKey: newKey() })).toMatchObject({
      __typename: 'WishlistEmpty',
    });
    await waitUntil(
      'the stock of both',
      () => readStock(stack, cup),
      ({ sold, reserved }) => sold === 2 && reserved === 0,
    );

    const other = aBuyer();
    await other.send('addToWishlist', { productId: tea, quantity: 1 });
    await other.send('addToWishlist', { productId: cup, quantity: 4 });
    expect(await other.send('checkoutWishlist', { idempotencyKey: newKey() })).toMatchObject({
      __typename: 'SoldOut',
    });
    await waitUntil(
      'nothing to stay reserved',
      () => readStock(stack, tea),
      ({ sold, reserved }) => sold === 3 && reserved === 0,
    );
  });
});

describe('an order', () => {
  it('is paid, shipped, delivered, sent back, and its units are for sale again', async () => {
    const product = await openSale(stack, { units: 1 });
    const { send, becomes, paymentBecomes, token } = aBuyer();
    const { order } = await purchase(stack, product, token);
    const orderId = order!.id;
    expect(await send('preparePayment', { orderId, shippingAddress: ADDRESS })).toMatchObject({
      __typename: 'PaymentPrepared',
      order: { shippingAddress: ADDRESS },
    });
    expect(await send('pay', { orderId, paymentToken: 'sim_declined' })).toMatchObject({
      __typename: 'PaymentDeclined',
      order: { status: 'PENDING_PAYMENT' },
    });
    expect(await send('pay', { orderId, paymentToken: 'sim_success' })).toMatchObject({
      __typename: 'PaymentAccepted',
      order: { status: 'PAID', payment: { status: 'SUCCEEDED', amount: { amount: 12_000 } } },
    });
    await becomes(orderId, 'DELIVERED');
    expect(await send('requestReturn', { orderId, reason: 'too small' })).toMatchObject({
      __typename: 'ReturnRequested',
    });
    const returned = await becomes(orderId, 'RETURNED');
    expect(returned.history.map(({ status }) => status)).toEqual([
      'PENDING_PAYMENT',
      'PAYING',
      'PENDING_PAYMENT',
      'PAYING',
      'PAID',
      'SHIPPED',
      'DELIVERED',
      'RETURN_REQUESTED',
      'RETURNED',
    ]);
    await waitUntil(
      'the unit to be for sale again',
      () => readStock(stack, product),
      ({ sold, remaining }) => sold === 0 && remaining === 1,
    );
    await paymentBecomes(orderId, 'REFUNDED');
  });

  it('that is not paid in time expires, and its units are for sale again', async () => {
    const product = await openSale(stack, { units: 1 });
    const { becomes, send, token } = aBuyer();
    const { order } = await purchase(stack, product, token);
    await becomes(order!.id, 'EXPIRED');
    expect(await send('pay', { orderId: order!.id, paymentToken: 'sim_success' })).toMatchObject({
      __typename: 'InvalidOrderStatus',
    });
    await waitUntil(
      'the unit to be for sale again',
      () => readStock(stack, product),
      ({ remaining }) => remaining === 1,
    );
    expect(await purchase(stack, product, stack.mint.buyer())).toMatchObject({
      __typename: 'PurchaseConfirmed',
    });
  });

  it('is cancelled before it is shipped, and refunded', async () => {
    const product = await openSale(stack, { units: 2 });
    const { send, token } = aBuyer();
    const { order } = await purchase(stack, product, token);
    expect(await send('cancelOrder', { orderId: order!.id })).toMatchObject({
      __typename: 'OrderCancelled',
      order: { status: 'CANCELLED' },
    });
    expect(await send('cancelOrder', { orderId: order!.id })).toMatchObject({
      __typename: 'InvalidOrderStatus',
    });
    await waitUntil(
      'the unit to be for sale again',
      () => readStock(stack, product),
      ({ remaining, reserved }) => remaining === 2 && reserved === 0,
    );
  });

  it('whose payment is not answered is settled by a look-up afterwards', async () => {
    const product = await openSale(stack, { units: 1 });
    const { send, becomes, paymentBecomes, token } = aBuyer();
    const { order } = await purchase(stack, product, token);
    await send('preparePayment', { orderId: order!.id, shippingAddress: ADDRESS });
    const answer = await send('pay', { orderId: order!.id, paymentToken: 'sim_timeout' });
    expect(answer).toMatchObject({ __typename: 'PaymentAccepted', order: { status: 'PAYING' } });
    await paymentBecomes(order!.id, 'SUCCEEDED');
    await becomes(order!.id, 'DELIVERED');
  });

  it('of another buyer does not exist: only its owner can read it', async () => {
    const product = await openSale(stack, { units: 1 });
    const { order } = await purchase(stack, product, stack.mint.buyer());
    const { send, token } = aBuyer();
    const orderId = order!.id;
    expect(
      (await stack.execute('query ($id: ID!) { order(id: $id) { id } }', { id: orderId }, token)).data,
    ).toEqual({ order: null });
    for (const [operation, input] of [
      ['preparePayment', { orderId, shippingAddress: ADDRESS }],
      ['pay', { orderId, paymentToken: 'sim_success' }],
      ['cancelOrder', { orderId }],
      ['requestReturn', { orderId }],
    ] as const) {
      expect(await send(operation, input), operation).toMatchObject({ __typename: 'OrderNotFound' });
    }
  });
});
